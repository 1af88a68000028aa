SELECT s.id, s.digest, s.last_used, s.expires, a.id, a.name, a.role, a.disabled
FROM sign_in AS s
INNER JOIN account AS a ON a.id = s.account_id
WHERE s.digest = :digest
