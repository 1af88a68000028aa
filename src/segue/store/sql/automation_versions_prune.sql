DELETE FROM automation_version
WHERE automation_id = :automation_id AND (
    since < (SELECT max(since) FROM automation_version WHERE automation_id = :automation_id AND since <= :cursor)
    OR (since <= :cursor AND body IS NULL)
)
