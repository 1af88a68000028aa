SELECT automation_id, since, body FROM automation_version WHERE since > :after AND since <= :upto ORDER BY since
