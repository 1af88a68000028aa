UPDATE delivery SET due = :until WHERE id = :id AND status = 'waiting' AND attempts = :attempts
