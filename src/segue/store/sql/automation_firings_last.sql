SELECT body FROM automation_firing WHERE automation_id = :automation_id ORDER BY fired DESC LIMIT :limit
