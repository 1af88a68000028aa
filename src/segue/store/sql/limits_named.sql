SELECT c.id, c.name, c.slots, c.active, c.decay, c.level, c.level_at, c.created, c.updated
FROM concurrency_limit AS c
WHERE c.name IN (SELECT value FROM json_each(:names))
ORDER BY c.name
