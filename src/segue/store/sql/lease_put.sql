INSERT INTO lease (id, kind, fence, host, boot, pid_namespace, pid, started, expires, last_sequence, served)
VALUES (:id, :kind, :fence, :host, :boot, :pid_namespace, :pid, :started, :expires, 0, :served)
ON CONFLICT (id) DO UPDATE SET
    fence = excluded.fence,
    host = excluded.host,
    boot = excluded.boot,
    pid_namespace = excluded.pid_namespace,
    pid = excluded.pid,
    started = excluded.started,
    expires = excluded.expires,
    last_sequence = 0,
    served = excluded.served,
    ended = NULL
