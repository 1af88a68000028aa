SELECT min(due) FROM automation_action WHERE due IS NOT NULL
