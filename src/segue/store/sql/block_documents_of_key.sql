SELECT t.slug, d.name
FROM block_document AS d JOIN block_type AS t ON t.id = d.type_id
WHERE d.key_id = :key_id
ORDER BY t.slug, d.name
LIMIT :many
