SELECT c.name, s.id, s.asked, s.holder
FROM slot_claim AS s
JOIN concurrency_limit AS c ON c.id = s.limit_id
WHERE s.lease_id = :lease_id AND s.held = 0 AND s.expires > :now
ORDER BY s.asked, s.id
LIMIT 50
