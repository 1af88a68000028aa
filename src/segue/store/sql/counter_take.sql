UPDATE counter SET value = value + :n WHERE name = 'state' RETURNING value - :n
