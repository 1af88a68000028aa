UPDATE delivery SET status = :status, due = :due, updated = :now, body = :body WHERE id = :id
