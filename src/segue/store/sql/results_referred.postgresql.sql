SELECT name
FROM (
    SELECT body #>> '{result,key}' AS name FROM state_row WHERE body IS NOT NULL
    UNION ALL
    SELECT body #>> '{result,storage}' FROM state_row WHERE body IS NOT NULL
    UNION ALL
    SELECT CASE WHEN inputs_ref LIKE '{%' THEN inputs_ref::jsonb ->> 'storage' END FROM task_run
) AS found
WHERE name IN (SELECT value FROM json_each(:names))
