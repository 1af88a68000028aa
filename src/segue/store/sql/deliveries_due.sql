SELECT id, automation_id, kind, status, attempts, due, created, updated, body FROM delivery WHERE due IS NOT NULL AND (due <= :now OR updated > :later) ORDER BY due, id LIMIT :limit
