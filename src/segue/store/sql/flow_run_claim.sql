UPDATE flow_run SET lease_id = id, fence = :fence, late_outcome = NULL WHERE id = :id
