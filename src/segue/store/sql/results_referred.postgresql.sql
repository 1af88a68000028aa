SELECT name
FROM (
    SELECT body #>> '{result,key}' AS name FROM state_row WHERE body IS NOT NULL
    UNION ALL
    SELECT body #>> '{result,storage}' FROM state_row WHERE body IS NOT NULL
) AS found
WHERE name IN (SELECT value FROM json_each(:names))
