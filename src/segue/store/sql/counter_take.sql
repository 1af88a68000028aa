UPDATE counter SET value = value + :n WHERE name = 'state'
