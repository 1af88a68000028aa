SELECT name FROM concurrency_limit WHERE name LIKE 'tag:%' AND active = 1 ORDER BY name
