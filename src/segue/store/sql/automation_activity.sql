SELECT
    (SELECT COUNT(*) FROM (
        SELECT 1 FROM automation_firing WHERE automation_id = :id AND fired >= :since LIMIT :limit
    ) AS lately),
    (SELECT COUNT(*) FROM (
        SELECT status FROM automation_action
        WHERE automation_id = :id AND created >= :since ORDER BY created DESC LIMIT :limit
    ) AS asked WHERE asked.status = 'failed')
