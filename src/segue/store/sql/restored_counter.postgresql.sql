UPDATE counter SET value = greatest(value, :past) WHERE name = 'state'
