DELETE FROM artifact WHERE id IN (SELECT id FROM artifact WHERE updated < :before ORDER BY id LIMIT :limit)
