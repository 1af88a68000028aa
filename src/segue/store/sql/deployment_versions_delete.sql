DELETE FROM deployment_version WHERE deployment_id = :id
