SELECT p.name, f.name
FROM deployment AS d
JOIN flow AS f ON f.id = d.flow_id
LEFT JOIN work_pool AS p ON p.id = d.pool_id
WHERE d.id = :id
