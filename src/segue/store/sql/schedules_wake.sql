SELECT wake FROM schedule WHERE wake > :now ORDER BY wake LIMIT 1
