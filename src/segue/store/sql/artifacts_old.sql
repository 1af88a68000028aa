SELECT count(*) FROM artifact WHERE created < :before AND updated < :before
