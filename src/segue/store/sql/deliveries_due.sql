SELECT id, automation_id, kind, status, attempts, due, created, updated, body FROM delivery WHERE due <= :now ORDER BY due, id LIMIT :limit
