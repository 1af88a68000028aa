SELECT kept_run_id, kept_short FROM deployment WHERE id = :id
