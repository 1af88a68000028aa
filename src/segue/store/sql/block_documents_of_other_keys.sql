SELECT d.id, d.sealed, t.slug, d.name
FROM block_document AS d JOIN block_type AS t ON t.id = d.type_id
WHERE d.key_id IS NOT NULL AND d.key_id <> :key_id AND d.id > :after
ORDER BY d.id
LIMIT :many
