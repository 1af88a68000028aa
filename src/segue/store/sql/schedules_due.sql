SELECT id FROM schedule WHERE wake <= :now ORDER BY wake LIMIT :limit
