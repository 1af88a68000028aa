SELECT count(*) FROM (SELECT 1 FROM artifact WHERE updated < :before LIMIT :limit) AS old
