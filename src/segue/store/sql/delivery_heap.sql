SELECT id, automation_id, kind, status, attempts, due, created, updated, body
FROM delivery WHERE heap = :heap AND status = 'waiting' AND attempts = 0 AND due > :now ORDER BY created DESC LIMIT 1
