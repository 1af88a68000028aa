UPDATE schedule SET planned = cursor, short = 1 WHERE deployment_id = :deployment_id
