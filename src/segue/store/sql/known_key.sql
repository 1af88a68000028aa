SELECT k.id, k.name, k.digest, k.role, k.scopes, k.expires, k.revoked, k.last_used, a.id, a.name, a.role, a.disabled
FROM api_key AS k
LEFT JOIN account AS a ON a.id = k.account_id
WHERE k.digest = :digest
