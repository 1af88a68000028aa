SELECT f.name, d.name FROM deployment AS d JOIN flow AS f ON f.id = d.flow_id WHERE d.queue_id = :queue_id ORDER BY f.name, d.name LIMIT 6
