INSERT INTO automation_firing (id, automation_id, cause, state, fired, body)
VALUES (:id, :automation_id, :cause, :state, :fired, :body)
ON CONFLICT (automation_id, cause) DO NOTHING
