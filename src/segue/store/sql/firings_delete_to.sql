DELETE FROM firing WHERE (schedule_id, instant) IN (
    SELECT schedule_id, instant FROM firing WHERE instant < :before AND outcome <> 'queued' ORDER BY instant LIMIT :limit
)
