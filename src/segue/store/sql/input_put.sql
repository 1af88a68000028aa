INSERT INTO run_input (flow_run_id, key, value, sender, created)
VALUES (:flow_run_id, :key, :value, :sender, :created)
ON CONFLICT (flow_run_id, key) DO NOTHING
RETURNING flow_run_id, key, value, sender, created
