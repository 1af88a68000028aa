SELECT max(seq), count(*) FROM (SELECT seq FROM state_row WHERE seq > :after ORDER BY seq LIMIT :stretch) AS coming
