DELETE FROM automation_bucket
WHERE (automation_id, key) IN (SELECT value ->> 0, value ->> 1 FROM json_each(:rows))
