DELETE FROM log WHERE id IN (SELECT id FROM log WHERE timestamp < :before ORDER BY id LIMIT :limit)
