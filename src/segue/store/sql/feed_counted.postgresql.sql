SELECT seq, subject, run_id, type, name, occurred, id
FROM state_row WHERE seq IN (SELECT (jsonb_array_elements_text(:seqs::jsonb))::bigint) ORDER BY seq
