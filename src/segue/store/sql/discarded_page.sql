SELECT id FROM discarded WHERE id > :after ORDER BY id LIMIT :limit
