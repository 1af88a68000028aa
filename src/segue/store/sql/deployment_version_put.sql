INSERT INTO deployment_version (deployment_id, number, created, created_by, body)
VALUES (:deployment_id, :number, :created, :created_by, :body)
