UPDATE lease SET last_sequence = :last
WHERE id = :id AND fence = :fence AND last_sequence = :before
RETURNING ended
