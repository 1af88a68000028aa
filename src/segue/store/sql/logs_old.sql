SELECT count(*) FROM (SELECT 1 FROM log WHERE timestamp < :before LIMIT :limit) AS old
