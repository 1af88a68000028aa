DELETE FROM concurrency_limit WHERE id = :id
