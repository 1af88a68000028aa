-- States of runs have no index by their ids, so only the last stretch of the feed is looked through.
SELECT max(seq) FROM state_row WHERE seq > :after AND id = :id
