DELETE FROM log WHERE id IN (SELECT id FROM log WHERE flow_run_id IN (SELECT value FROM json_each(:ids)) LIMIT :limit)
