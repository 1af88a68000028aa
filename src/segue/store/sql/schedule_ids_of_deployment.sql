SELECT id FROM schedule WHERE deployment_id = :deployment_id ORDER BY id
