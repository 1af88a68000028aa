SELECT s.id, l.host, l.boot, l.pid_namespace, l.pid, l.started
FROM slot_claim AS s
JOIN lease AS l ON l.id = s.lease_id AND l.fence = s.fence AND l.ended IS NULL
WHERE s.held = 0 AND s.expires > :now
