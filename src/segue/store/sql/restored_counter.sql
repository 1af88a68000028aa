UPDATE counter SET value = max(value, :past) WHERE name = 'state'
