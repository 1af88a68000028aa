SELECT due FROM flow_run WHERE state_type = 'SCHEDULED' AND due > :now ORDER BY due LIMIT 1
