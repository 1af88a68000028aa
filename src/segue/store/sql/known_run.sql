SELECT t.digest, t.lease_id, t.actor, t.rights
FROM run_token AS t
INNER JOIN lease AS l ON l.id = t.lease_id
WHERE t.digest = :digest
