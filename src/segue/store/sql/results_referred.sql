SELECT name
FROM (
    SELECT json_extract(body, '$.result.key') AS name FROM state_row WHERE body IS NOT NULL
    UNION ALL
    SELECT json_extract(body, '$.result.storage') FROM state_row WHERE body IS NOT NULL
    UNION ALL
    SELECT json_extract(inputs_ref, '$.storage') FROM task_run WHERE json_valid(inputs_ref)
)
WHERE name IN (SELECT value FROM json_each(:names))
