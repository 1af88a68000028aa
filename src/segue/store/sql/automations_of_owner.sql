SELECT body FROM automation WHERE owner = :owner ORDER BY created, id
