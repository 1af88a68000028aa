SELECT id, kind, fence, host, boot, pid_namespace, pid, started, expires, last_sequence, ended, served
FROM lease
WHERE ended IS NULL
UNION ALL
-- Apart, because most of the leases that are kept have ended.
SELECT id, kind, fence, host, boot, pid_namespace, pid, started, expires, last_sequence, ended, served
FROM lease
WHERE
    ended IS NOT NULL
    AND id IN (
        SELECT COALESCE(t.lease_id, r.lease_id)
        FROM task_run AS t
        LEFT JOIN flow_run AS f ON f.id = t.flow_run_id
        LEFT JOIN flow_run AS r ON r.id = COALESCE(f.root_flow_run_id, f.id)
        WHERE
            (
                t.state_type = 'SCHEDULED' OR t.state_type = 'PENDING' OR t.state_type = 'RUNNING' OR t.state_type = 'PAUSED'
                OR t.state_type = 'CANCELLING'
            )
            AND t.waiting IS NULL
            -- A run that could not begin for want of its inputs has said all there is to say.
            AND t.state_name <> 'NotReady'
            AND (t.lease_id IS NOT NULL OR r.state_type IN ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED'))
    )
ORDER BY id
