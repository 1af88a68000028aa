DELETE FROM attempt WHERE who = :who
