SELECT body, cursor, planned, wake, short FROM schedule WHERE deployment_id IN (SELECT value FROM json_each(:ids)) ORDER BY created, id
