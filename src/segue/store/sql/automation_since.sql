SELECT since FROM automation WHERE id = :id
