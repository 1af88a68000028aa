SELECT id FROM work_pool WHERE name IN (SELECT value FROM json_each(:ids)) ORDER BY name FOR UPDATE
