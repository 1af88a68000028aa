SELECT key, body FROM automation_bucket WHERE automation_id = :automation_id
