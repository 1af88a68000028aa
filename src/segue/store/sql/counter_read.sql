SELECT value FROM counter WHERE name = 'state'
