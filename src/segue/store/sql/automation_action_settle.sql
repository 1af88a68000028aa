UPDATE automation_action SET status = :status, due = :due, problem = :problem, answer = :answer, updated = :now
WHERE firing_id = :firing_id AND number = :number
