INSERT INTO automation_bucket (automation_id, key, body, due)
SELECT value ->> 0, value ->> 1, value ->> 2, NULL FROM json_each(:rows)
WHERE true
ON CONFLICT (automation_id, key) DO UPDATE SET body = excluded.body
