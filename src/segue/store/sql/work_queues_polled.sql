UPDATE work_queue SET last_polled = :now
WHERE
    id IN (SELECT value FROM json_each(:ids))
    -- Not at every claim: nobody needs to know it to the second.
    AND (last_polled IS NULL OR last_polled < :now - 10000000)
