SELECT id, kind, fence, host, boot, pid_namespace, pid, started, expires, last_sequence, ended, served
FROM lease
WHERE
    ended IS NULL
    OR id IN (
        SELECT f.lease_id
        FROM task_run AS t
        JOIN flow_run AS f ON f.id = t.flow_run_id
        WHERE
            t.state_type IN ('SCHEDULED', 'PENDING', 'RUNNING', 'PAUSED', 'CANCELLING')
            AND t.waiting IS NULL
            AND t.lease_id IS NULL
            -- A run that could not begin for want of its inputs has said all there is to say.
            AND t.state_name <> 'NotReady'
            AND f.state_type IN ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED')
    )
ORDER BY id
