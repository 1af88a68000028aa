SELECT failures, until FROM attempt WHERE who = :who
