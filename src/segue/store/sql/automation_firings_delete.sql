DELETE FROM automation_firing WHERE id IN (SELECT value FROM json_each(:ids))
