SELECT due, schedule_id FROM flow_run WHERE id = :id
