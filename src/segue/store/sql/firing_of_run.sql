UPDATE firing SET outcome = 'skipped', reason = :reason, flow_run_id = NULL, decided = :decided
WHERE schedule_id = :schedule_id AND flow_run_id = :flow_run_id
