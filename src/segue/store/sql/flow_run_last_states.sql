-- The last three states of a flow run, the last one first, and the number of the one before them: most runs have no more.
SELECT
    c.seq, c.run_id, c.type, c.id, c.name, c.occurred, c.body, b.seq, b.run_id, b.type, b.id, b.name, b.occurred, b.body,
    a.seq, a.run_id, a.type, a.id, a.name, a.occurred, a.body, a.before
FROM flow_run AS r
JOIN state_row AS c ON c.seq = r.state_seq
LEFT JOIN state_row AS b ON b.seq = c.before
LEFT JOIN state_row AS a ON a.seq = b.before
WHERE r.id = :id
