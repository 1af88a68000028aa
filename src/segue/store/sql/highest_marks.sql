SELECT (SELECT value FROM counter WHERE name = 'state'), (SELECT max(fence) FROM flow_run), (SELECT max(fence) FROM lease)
