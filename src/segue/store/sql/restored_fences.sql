UPDATE flow_run SET fence = fence + :past
