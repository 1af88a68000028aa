SELECT seq, run_id, type, id, name, occurred, body FROM state_row WHERE id = :id AND subject = 0
