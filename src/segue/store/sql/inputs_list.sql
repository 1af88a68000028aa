SELECT flow_run_id, key, value, sender, created
FROM run_input
WHERE
    flow_run_id = :flow_run_id
    AND substr(key, 1, :length) = :prefix
    AND key NOT IN (SELECT value FROM json_each(:exclude))
ORDER BY created, key
LIMIT :limit
