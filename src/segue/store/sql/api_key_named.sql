SELECT id
FROM api_key
WHERE name = :name
    AND coalesce(account_id, '') = :owner
    AND revoked IS NULL
    AND (expires IS NULL OR expires > :now)
LIMIT 1
