DELETE FROM lease WHERE ended < :before
