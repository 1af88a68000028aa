SELECT f.id FROM automation_firing AS f
WHERE f.fired < :before
    AND NOT EXISTS (SELECT 1 FROM automation_action AS a WHERE a.firing_id = f.id AND a.status = 'pending')
ORDER BY f.fired LIMIT :limit
