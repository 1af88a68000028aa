SELECT s.id, s.checksum, s.type_id, t.slug, s.fields, s.created, s.capabilities, s.version
FROM block_schema AS s JOIN block_type AS t ON t.id = s.type_id
