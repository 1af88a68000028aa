DELETE FROM automation WHERE id = :id
