SELECT instant, at FROM firing WHERE schedule_id = :schedule_id AND outcome = 'queued' ORDER BY instant LIMIT 1
