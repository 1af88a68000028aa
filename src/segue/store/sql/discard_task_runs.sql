INSERT INTO discarded (id, at)
SELECT id, :now
FROM task_run
WHERE id IN (SELECT value FROM json_each(:ids)) AND (inputs_ref IS NOT NULL OR state_type = 'FAILED')
ON CONFLICT (id) DO NOTHING
