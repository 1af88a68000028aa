SELECT automation_id, key, body FROM automation_bucket
