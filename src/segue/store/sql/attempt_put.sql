INSERT INTO attempt (who, failures, until) VALUES (:who, :failures, :until)
ON CONFLICT (who) DO UPDATE SET failures = excluded.failures, until = excluded.until
