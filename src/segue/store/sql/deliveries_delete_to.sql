DELETE FROM delivery
WHERE id IN (SELECT id FROM delivery WHERE created < :before AND status <> 'waiting' ORDER BY created LIMIT :limit)
