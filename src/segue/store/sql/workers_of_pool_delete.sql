DELETE FROM worker WHERE pool_id = :pool_id
