UPDATE automation_action SET due = :until
WHERE
    (due <= :now OR due > :later)
    AND firing_id IN (
        SELECT firing_id FROM automation_action
        WHERE due <= :now OR due > :later ORDER BY due, firing_id, number LIMIT :limit
    )
RETURNING firing_id, number, automation_id, body, status, attempts, due, created, updated, problem, answer
