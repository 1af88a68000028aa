SELECT id, name, state_type, state_name, expected_start_time, start_time, end_time
FROM (
    SELECT * FROM (
        SELECT id, name, state_type, state_name, expected_start_time, start_time, end_time, due AS at
        FROM flow_run WHERE deployment_id = :id AND state_type = 'SCHEDULED' AND due IS NOT NULL ORDER BY due LIMIT 1
    ) AS may_begin
    UNION ALL
    SELECT * FROM (
        SELECT id, name, state_type, state_name, expected_start_time, start_time, end_time, expected_start_time AS at
        FROM flow_run WHERE deployment_id = :id AND state_type = 'SCHEDULED' AND due IS NULL ORDER BY expected_start_time LIMIT 1
    ) AS planned
) AS both_kinds
ORDER BY at LIMIT 1
