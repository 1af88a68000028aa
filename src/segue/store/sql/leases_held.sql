SELECT id, fence FROM lease WHERE id IN (SELECT value FROM json_each(:ids)) AND ended IS NULL
