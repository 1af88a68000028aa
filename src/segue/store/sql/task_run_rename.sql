UPDATE task_run SET name = :name WHERE id = :id
