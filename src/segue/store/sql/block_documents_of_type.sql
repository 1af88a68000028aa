SELECT id FROM block_document WHERE type_id = :type_id
