DELETE FROM block_schema WHERE id = :id
