-- What runs in the process of a run: runs of deployments are others' processes.
WITH RECURSIVE below (id) AS (
    SELECT r.id FROM flow_run AS r WHERE r.id = :id
    UNION
    SELECT r.id FROM below JOIN flow_run AS r ON r.parent_flow_run_id = below.id WHERE r.deployment_id IS NULL
)
SELECT id FROM below
