UPDATE deployment
SET kept_run_id = :run_id, kept_short = :short
WHERE id = :id AND coalesce(kept_run_id, '') = coalesce(:before, '')
