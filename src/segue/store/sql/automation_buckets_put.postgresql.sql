INSERT INTO automation_bucket (automation_id, key, body)
SELECT v ->> 0, v ->> 1, v ->> 2 FROM jsonb_array_elements(:rows::jsonb) AS r (v)
ON CONFLICT (automation_id, key) DO UPDATE SET body = excluded.body
