INSERT INTO flow (id, name, created)
SELECT v ->> 0, v ->> 1, (v ->> 2)::bigint
FROM jsonb_array_elements(:rows::jsonb) AS r (v)
ON CONFLICT (name) DO NOTHING
