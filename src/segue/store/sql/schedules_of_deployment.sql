SELECT body, cursor, planned, wake, short FROM schedule WHERE deployment_id = :deployment_id ORDER BY created, id
