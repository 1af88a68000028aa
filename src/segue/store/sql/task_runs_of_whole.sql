-- What runs in the process of a run, in the order of making: runs of deployments are others' processes.
WITH RECURSIVE below (id) AS (
    SELECT f.id FROM flow_run AS f WHERE f.id = :id
    UNION
    SELECT f.id FROM below JOIN flow_run AS f ON f.parent_flow_run_id = below.id WHERE f.deployment_id IS NULL
)
SELECT
    r.id, r.name, t.name, t.task_key, t.entrypoint, r.flow_run_id, coalesce(r.lease_id, p.lease_id), r.created,
    r.parent_task_run_id, r.child_flow_run_id, r.dynamic_key, r.tags, r.run_count, r.upstream, r.start_time, r.end_time,
    r.total_run_time, r.cache, r.step, r.inputs_ref, r.terms, s.type, s.id, s.name, s.occurred, s.body, r.state_seq
FROM below
-- SQLite keeps the order of a CROSS JOIN, and would else look through all task runs there are.
CROSS JOIN task_run AS r
JOIN task AS t ON t.n = r.task_n
JOIN state_row AS s ON s.seq = r.state_seq
JOIN flow_run AS p ON p.id = r.flow_run_id
WHERE r.flow_run_id = below.id AND r.lease_id IS NULL
ORDER BY r.id
