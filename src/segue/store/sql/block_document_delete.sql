DELETE FROM block_document WHERE id = :id
