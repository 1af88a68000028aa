SELECT id FROM concurrency_limit WHERE name IN (SELECT value FROM json_each(:ids)) ORDER BY name FOR UPDATE
