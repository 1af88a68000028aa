DELETE FROM kept_answer WHERE (actor, operation, key) IN (
    SELECT actor, operation, key FROM kept_answer WHERE created < :before ORDER BY created LIMIT 100
)
