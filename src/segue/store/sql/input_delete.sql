DELETE FROM run_input WHERE flow_run_id = :flow_run_id AND key = :key
