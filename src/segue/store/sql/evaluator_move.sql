UPDATE evaluator SET cursor = :after, expires = :expires, clock = :clock
WHERE name = 'automations' AND holder = :holder AND cursor = :before
