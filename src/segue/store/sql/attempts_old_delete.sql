DELETE FROM attempt WHERE until < :before
