WITH taken AS (
    UPDATE counter SET value = value + :n WHERE name = 'state' RETURNING value - :n AS base
), made AS (
    INSERT INTO state_row (seq, before, subject, run_id, type, name, occurred, id, body, told)
    SELECT
        base + (v ->> 0)::bigint,
        CASE
            WHEN v ->> 1 IS NULL AND v ->> 2 = '1' THEN (SELECT state_seq FROM task_run WHERE id = v ->> 3)
            WHEN v ->> 1 IS NULL THEN (SELECT state_seq FROM flow_run WHERE id = v ->> 3)
            WHEN v ->> 1 = '0' THEN NULL
            ELSE base + (v ->> 1)::bigint
        END,
        (v ->> 2)::integer,
        v ->> 3,
        v ->> 4,
        v ->> 5,
        (v ->> 6)::bigint,
        v ->> 7,
        nullif(v -> 8, 'null') - '{type,id,name,timestamp}'::text[],
        CASE WHEN abs((v ->> 6)::bigint - n.micros) > 600000000 THEN n.micros END
    FROM taken, (SELECT (extract(epoch FROM now()) * 1000000)::bigint AS micros) AS n, jsonb_array_elements(:rows::jsonb) AS r (v)
    ON CONFLICT (id) WHERE subject = 2 DO NOTHING
)
SELECT base FROM taken
