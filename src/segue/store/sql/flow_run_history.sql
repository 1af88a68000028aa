WITH RECURSIVE chain (seq, before, run_id, type, id, name, occurred, body) AS (
    SELECT s.seq, s.before, s.run_id, s.type, s.id, s.name, s.occurred, s.body
    FROM flow_run AS r JOIN state_row AS s ON s.seq = r.state_seq
    WHERE r.id = :id
    UNION ALL
    SELECT s.seq, s.before, s.run_id, s.type, s.id, s.name, s.occurred, s.body
    FROM chain JOIN state_row AS s ON s.seq = chain.before
)
SELECT seq, run_id, type, id, name, occurred, body FROM chain ORDER BY seq
