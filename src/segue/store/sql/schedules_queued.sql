SELECT DISTINCT schedule_id FROM firing WHERE outcome = 'queued' LIMIT :limit
