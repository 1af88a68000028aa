-- Two questions, each answered by one end of the key; asked together, they would read everything.
SELECT (SELECT coalesce(min(seq), 0) FROM state_row), (SELECT coalesce(max(seq), 0) FROM state_row)
