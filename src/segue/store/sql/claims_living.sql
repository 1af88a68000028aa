SELECT s.limit_id, s.id, s.slots, s.held, s.lease_id, s.holder, s.asked, s.expires
FROM slot_claim AS s
LEFT JOIN lease AS l ON l.id = s.lease_id AND l.fence = s.fence AND l.ended IS NULL
WHERE
    s.limit_id IN (SELECT value FROM json_each(:limits))
    AND (s.lease_id IS NULL OR l.id IS NOT NULL)
    AND (s.expires > :now OR (s.held = 1 AND s.lease_id IS NOT NULL))
ORDER BY s.limit_id, s.asked, s.id
