SELECT id FROM flow_run WHERE id IN (SELECT value FROM json_each(:ids))
