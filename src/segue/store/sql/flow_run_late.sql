UPDATE flow_run SET late_outcome = :outcome WHERE id = :id
