SELECT count(*), min(due) FROM flow_run WHERE state_type = 'SCHEDULED' AND due < :now
