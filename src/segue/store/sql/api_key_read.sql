SELECT k.id, k.name, k.hint, k.created, k.created_by, a.name, k.role, k.scopes, k.expires, k.revoked, k.last_used, k.account_id
FROM api_key AS k
LEFT JOIN account AS a ON a.id = k.account_id
WHERE k.id = :id
