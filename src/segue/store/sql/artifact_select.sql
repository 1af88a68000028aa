SELECT
    a.id, a.type, a.key, a.description, a.data, a.created, a.updated, a.flow_run_id, a.task_run_id, a.metadata
FROM artifact AS a
