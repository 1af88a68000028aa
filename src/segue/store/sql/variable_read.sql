SELECT id, name, value, tags, created, updated FROM variable WHERE name = :name
