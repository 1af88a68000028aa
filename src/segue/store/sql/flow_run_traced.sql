UPDATE flow_run SET traceparent = :traceparent WHERE id = :id
