SELECT DISTINCT key_id FROM block_document WHERE key_id IS NOT NULL ORDER BY key_id
