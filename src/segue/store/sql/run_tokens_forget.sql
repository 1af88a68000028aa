DELETE FROM run_token WHERE NOT EXISTS (SELECT 1 FROM lease AS l WHERE l.id = run_token.lease_id)
