SELECT s.id, s.account_id, a.name
FROM sign_in AS s
INNER JOIN account AS a ON a.id = s.account_id
WHERE s.id = :id
