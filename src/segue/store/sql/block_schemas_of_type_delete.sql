DELETE FROM block_schema WHERE type_id = :type_id
