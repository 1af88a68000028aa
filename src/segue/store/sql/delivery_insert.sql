INSERT INTO delivery (id, automation_id, kind, status, block_id, same, heap, attempts, due, created, updated, body)
VALUES (:id, :automation_id, :kind, :status, :block_id, :same, :heap, 0, :due, :now, :now, :body)
