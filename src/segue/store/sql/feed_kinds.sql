SELECT DISTINCT subject, type, CASE WHEN subject < 2 THEN name END FROM state_row WHERE seq > :after AND seq <= :upto
