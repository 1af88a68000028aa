SELECT seq, subject, run_id, type, name, occurred, id
FROM state_row WHERE seq IN (SELECT value FROM json_each(:seqs)) ORDER BY seq
