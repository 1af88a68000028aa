SELECT deployment_id, number, created, created_by, body FROM deployment_version WHERE deployment_id = :id AND number = :number
