UPDATE firing SET outcome = :outcome, reason = :reason, flow_run_id = :flow_run_id, decided = :decided
WHERE schedule_id = :schedule_id AND instant = :instant
