DELETE FROM lease WHERE id IN (SELECT value FROM json_each(:ids))
