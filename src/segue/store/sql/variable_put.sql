INSERT INTO variable (name, id, value, tags, created, updated)
VALUES (:name, :id, :value, :tags, :now, :now)
ON CONFLICT (name) DO UPDATE SET
    value = excluded.value,
    tags = excluded.tags,
    updated = excluded.updated
