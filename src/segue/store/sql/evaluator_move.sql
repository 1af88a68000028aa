UPDATE evaluator SET cursor = :after, reached = :reached, expires = :expires, clock = :clock
WHERE name = 'automations' AND holder = :holder AND cursor = :before
