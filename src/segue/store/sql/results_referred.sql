SELECT name
FROM (
    SELECT json_extract(body, '$.result.key') AS name FROM state_row WHERE body IS NOT NULL
    UNION ALL
    SELECT json_extract(body, '$.result.storage') FROM state_row WHERE body IS NOT NULL
)
WHERE name IN (SELECT value FROM json_each(:names))
