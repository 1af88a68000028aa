SELECT body FROM automation WHERE id = :id
