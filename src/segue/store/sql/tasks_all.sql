SELECT n, task_key, name, entrypoint FROM task ORDER BY n
