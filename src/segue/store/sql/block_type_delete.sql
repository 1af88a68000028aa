DELETE FROM block_type WHERE id = :id
