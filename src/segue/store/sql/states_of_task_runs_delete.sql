WITH RECURSIVE chain (seq) AS (
    SELECT state_seq FROM task_run WHERE flow_run_id IN (SELECT value FROM json_each(:ids))
    UNION
    SELECT s.before FROM chain JOIN state_row AS s ON s.seq = chain.seq WHERE s.before IS NOT NULL
)
DELETE FROM state_row WHERE seq IN (SELECT seq FROM chain)
