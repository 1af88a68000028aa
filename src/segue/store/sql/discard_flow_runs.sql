INSERT INTO discarded (id, at)
SELECT id, :now
FROM flow_run
WHERE id IN (SELECT value FROM json_each(:ids))
ON CONFLICT (id) DO NOTHING
