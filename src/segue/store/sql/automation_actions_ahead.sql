SELECT firing_id, number, automation_id, body, status, attempts, due, created, updated, problem, answer
FROM automation_action WHERE due > :later ORDER BY due, firing_id, number LIMIT :limit
