SELECT count(*) FROM log WHERE timestamp < :before
