UPDATE lease SET expires = :expires WHERE id = :id AND fence = :fence AND ended IS NULL
