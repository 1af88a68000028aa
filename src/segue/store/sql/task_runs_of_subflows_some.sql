-- Some of what runs in the process of a run below it, at no more cost than so many.
WITH RECURSIVE below (id) AS (
    SELECT d.id FROM (
        SELECT f.id FROM flow_run AS f WHERE f.parent_flow_run_id = :id AND f.deployment_id IS NULL LIMIT :most
    ) AS d
    UNION ALL
    SELECT f.id FROM below JOIN flow_run AS f ON f.parent_flow_run_id = below.id WHERE f.deployment_id IS NULL
),
chosen (id) AS (
    -- CROSS JOIN: SQLite keeps its order, and would else look through all task runs there are.
    SELECT n.id FROM below CROSS JOIN task_run AS n WHERE n.flow_run_id = below.id AND n.lease_id IS NULL LIMIT :most
)
SELECT
    r.id, r.name, t.name, t.task_key, t.entrypoint, r.flow_run_id, coalesce(r.lease_id, p.lease_id), r.created,
    r.parent_task_run_id, r.child_flow_run_id, r.dynamic_key, r.tags, r.run_count, r.upstream, r.start_time, r.end_time,
    r.total_run_time, r.cache, r.step, r.inputs_ref, r.terms, s.type, s.id, s.name, s.occurred, s.body, r.state_seq
FROM chosen
CROSS JOIN task_run AS r
JOIN task AS t ON t.n = r.task_n
JOIN state_row AS s ON s.seq = r.state_seq
JOIN flow_run AS p ON p.id = r.flow_run_id
WHERE r.id = chosen.id
