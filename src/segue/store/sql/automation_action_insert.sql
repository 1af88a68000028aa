INSERT INTO automation_action (firing_id, number, automation_id, body, status, attempts, due, created, updated)
VALUES (:firing_id, :number, :automation_id, :body, 'pending', 0, :due, :due, :due)
