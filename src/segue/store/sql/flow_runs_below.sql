WITH RECURSIVE below (id) AS (
    SELECT r.id FROM flow_run AS r WHERE r.id = :id
    UNION
    SELECT r.id FROM below JOIN flow_run AS r ON r.parent_flow_run_id = below.id
)
SELECT id FROM below
