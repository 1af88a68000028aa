DELETE FROM discarded WHERE id IN (SELECT id FROM discarded WHERE at < :before ORDER BY at LIMIT :limit)
