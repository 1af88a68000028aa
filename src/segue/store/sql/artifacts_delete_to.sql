DELETE FROM artifact WHERE id IN (
    SELECT id FROM artifact WHERE created < :before AND updated < :before ORDER BY created LIMIT :limit
)
