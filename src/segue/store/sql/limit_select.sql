SELECT c.id, c.name, c.slots, c.active, c.decay, c.level, c.level_at, c.created, c.updated
FROM concurrency_limit AS c
