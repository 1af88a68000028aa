SELECT id, name, created, tags FROM flow WHERE id = :id
