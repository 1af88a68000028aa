INSERT INTO automation_version (automation_id, since, body) VALUES (:automation_id, :since, :body)
