SELECT p.name FROM deployment AS d JOIN work_pool AS p ON p.id = d.pool_id WHERE d.id = :id
