SELECT max(seq), min(CASE WHEN occurred >= :before THEN seq END)
FROM (SELECT seq, occurred FROM state_row WHERE seq > :after ORDER BY seq LIMIT :limit) AS oldest
