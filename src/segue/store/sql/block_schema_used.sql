SELECT count(*) FROM block_document WHERE schema_id = :id
