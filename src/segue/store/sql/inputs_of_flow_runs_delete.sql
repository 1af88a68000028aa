DELETE FROM run_input WHERE flow_run_id IN (SELECT value FROM json_each(:ids))
