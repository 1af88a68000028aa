SELECT id, kind, fence, host, boot, pid_namespace, pid, started, expires, last_sequence, ended
FROM lease
WHERE ended IS NULL
ORDER BY id
