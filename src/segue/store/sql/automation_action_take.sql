UPDATE automation_action SET status = 'executed', due = NULL, attempts = attempts + 1, updated = :now
WHERE firing_id = :firing_id AND number = :number AND status = 'pending' AND due IS NOT NULL
