INSERT INTO kept_answer (actor, operation, key, digest, answer, created)
VALUES (:actor, :operation, :key, :digest, NULL, :now)
ON CONFLICT (actor, operation, key) DO NOTHING
