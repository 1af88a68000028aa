SELECT id, automation_id, kind, status, attempts, due, created, updated, body FROM delivery WHERE due IS NOT NULL AND updated > :later ORDER BY updated, id LIMIT :limit
