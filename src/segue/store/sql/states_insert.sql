INSERT INTO state_row (seq, before, subject, run_id, type, name, occurred, id, body, told)
SELECT
    :base + (value ->> 0),
    CASE
        WHEN value ->> 1 IS NULL AND value ->> 2 = 1 THEN (SELECT state_seq FROM task_run WHERE id = value ->> 3)
        WHEN value ->> 1 IS NULL THEN (SELECT state_seq FROM flow_run WHERE id = value ->> 3)
        WHEN value ->> 1 = 0 THEN NULL
        ELSE :base + (value ->> 1)
    END,
    value ->> 2,
    value ->> 3,
    value ->> 4,
    value ->> 5,
    value ->> 6,
    value ->> 7,
    json_remove(value ->> 8, '$.type', '$.id', '$.name', '$.timestamp'),
    CASE WHEN abs(value ->> 6 - :now) > 600000000 THEN :now END
FROM json_each(:rows)
-- An event may be told twice. (WHERE parts ON CONFLICT from a join.)
WHERE true
ON CONFLICT (id) WHERE subject = 2 DO NOTHING
