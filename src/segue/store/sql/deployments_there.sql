SELECT id FROM deployment WHERE id IN (SELECT value FROM json_each(:ids))
