DELETE FROM log WHERE timestamp < :before AND id IN (SELECT id FROM log ORDER BY id LIMIT :limit)
