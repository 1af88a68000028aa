SELECT d.id, d.name, d.type_id, t.slug, d.schema_id, s.checksum, d.data, d.created, d.updated, d.sealed, s.fields
FROM block_document AS d JOIN block_type AS t ON t.id = d.type_id JOIN block_schema AS s ON s.id = d.schema_id
WHERE t.slug = :slug AND d.name = :name
