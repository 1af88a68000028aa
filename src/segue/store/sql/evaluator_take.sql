UPDATE evaluator SET holder = :holder, expires = :expires, clock = :clock WHERE name = 'automations'
