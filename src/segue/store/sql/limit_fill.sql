UPDATE concurrency_limit SET level = :level, level_at = :now WHERE id = :id
