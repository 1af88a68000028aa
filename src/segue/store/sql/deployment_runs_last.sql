SELECT id, name, state_type, state_name, expected_start_time, start_time, end_time
FROM (
    SELECT id, name, state_type, state_name, expected_start_time, start_time, end_time, created
    FROM flow_run WHERE deployment_id = :id ORDER BY created DESC LIMIT 200
) AS made
WHERE state_type <> 'SCHEDULED' OR start_time IS NOT NULL
ORDER BY coalesce(start_time, end_time, expected_start_time, created) DESC
LIMIT :limit
