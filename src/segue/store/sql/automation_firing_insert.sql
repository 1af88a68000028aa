INSERT INTO automation_firing (id, automation_id, cause, state, fired, body, root, recurs)
VALUES (:id, :automation_id, :cause, :state, :fired, :body, :root, :recurs)
ON CONFLICT (automation_id, cause) DO NOTHING
