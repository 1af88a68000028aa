SELECT value FROM counter WHERE name = 'state' FOR UPDATE
