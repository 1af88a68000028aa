SELECT count(*) FROM state_row WHERE subject = 2 AND id IN (SELECT value FROM json_each(:ids))
