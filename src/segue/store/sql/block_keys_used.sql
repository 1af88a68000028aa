SELECT key_id, count(*) FROM block_document WHERE key_id IS NOT NULL GROUP BY key_id ORDER BY key_id
