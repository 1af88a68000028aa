DELETE FROM block_reference WHERE from_id = :from_id
