SELECT subject, CASE WHEN subject < 2 THEN type ELSE '' END AS kind, count(*)
FROM state_row
WHERE seq > :after AND seq <= :until
GROUP BY subject, kind
