SELECT t.slug, d.name, d.type_id
FROM block_reference AS r JOIN block_document AS d ON d.id = r.from_id JOIN block_type AS t ON t.id = d.type_id
WHERE r.to_id = :id
ORDER BY t.slug, d.name
