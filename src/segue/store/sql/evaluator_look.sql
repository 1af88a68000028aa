SELECT
    e.holder, e.expires, e.cursor, e.clock, e.reached,
    (SELECT max(since) FROM automation_version),
    (SELECT count(*) FROM (SELECT 1 FROM automation WHERE enabled = 1 LIMIT 1) AS one)
FROM evaluator AS e WHERE e.name = 'automations'
