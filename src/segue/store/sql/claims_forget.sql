DELETE FROM slot_claim
WHERE
    limit_id IN (SELECT value FROM json_each(:limits))
    AND (
        (expires <= :now AND (held = 0 OR lease_id IS NULL))
        OR (
            lease_id IS NOT NULL
            AND NOT EXISTS (
                SELECT 1 FROM lease AS l
                WHERE l.id = slot_claim.lease_id AND l.fence = slot_claim.fence AND l.ended IS NULL
            )
        )
    )
