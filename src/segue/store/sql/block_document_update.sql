UPDATE block_document
SET schema_id = :schema_id, name = :name, data = :data, sealed = :sealed, key_id = :key_id, updated = :now
WHERE id = :id
