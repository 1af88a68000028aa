SELECT min(since) FROM automation_version WHERE since > :after
