SELECT firing_id, number, automation_id, body, status, attempts, due, created, updated, problem, answer
FROM automation_action WHERE firing_id = :firing_id AND number = :number
