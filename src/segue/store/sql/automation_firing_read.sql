SELECT body FROM automation_firing WHERE id = :id
