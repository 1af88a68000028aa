INSERT INTO run_token (digest, lease_id, actor, rights) VALUES (:digest, :lease_id, :actor, :rights)
ON CONFLICT (digest) DO NOTHING
