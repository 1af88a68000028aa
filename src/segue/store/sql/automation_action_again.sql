UPDATE automation_action SET attempts = attempts + 1, due = :due, problem = :problem, updated = :now
WHERE firing_id = :firing_id AND number = :number AND status = 'pending' AND due IS NOT NULL
