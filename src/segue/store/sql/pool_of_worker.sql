SELECT p.name FROM worker AS w JOIN work_pool AS p ON p.id = w.pool_id WHERE w.id = :id
