UPDATE firing SET outcome = 'skipped', reason = :reason, decided = :decided WHERE schedule_id = :schedule_id AND outcome = 'queued'
