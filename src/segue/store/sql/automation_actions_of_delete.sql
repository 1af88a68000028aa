DELETE FROM automation_action WHERE firing_id IN (SELECT value FROM json_each(:ids))
