UPDATE delivery SET attempts = attempts + 1, due = :until, updated = :now
WHERE id = :id AND status = 'waiting' AND attempts = :attempts AND (due <= :now OR updated > :later)
