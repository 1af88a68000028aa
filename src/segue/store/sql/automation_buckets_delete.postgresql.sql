DELETE FROM automation_bucket AS b USING jsonb_array_elements(:rows::jsonb) AS r (v)
WHERE b.automation_id = v ->> 0 AND b.key = v ->> 1
