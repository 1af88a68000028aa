SELECT count(*) FROM block_document WHERE key_id IS NOT NULL AND key_id <> :key_id
