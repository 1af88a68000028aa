INSERT INTO block_document (id, type_id, schema_id, name, data, sealed, key_id, created, updated)
VALUES (:id, :type_id, :schema_id, :name, :data, :sealed, :key_id, :now, :now)
ON CONFLICT DO NOTHING
