SELECT id, sealed FROM block_document WHERE key_id IS NOT NULL AND key_id <> :key_id ORDER BY id LIMIT :many
