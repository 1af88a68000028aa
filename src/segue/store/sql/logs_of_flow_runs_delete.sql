DELETE FROM log WHERE flow_run_id IN (SELECT value FROM json_each(:ids))
