UPDATE deployment SET kept_short = 0 WHERE id = :id
