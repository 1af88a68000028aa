DELETE FROM log WHERE task_run_id IN (SELECT value FROM json_each(:ids))
