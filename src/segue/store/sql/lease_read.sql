SELECT id, kind, fence, host, boot, pid_namespace, pid, started, expires, last_sequence, ended, served
FROM lease
WHERE id = :id
