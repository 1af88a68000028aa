SELECT id FROM schedule WHERE short = 1 ORDER BY id LIMIT :limit
