INSERT INTO automation (id, name, owner, enabled, body, since, created, updated)
VALUES (:id, :name, :owner, :enabled, :body, :since, :created, :updated)
ON CONFLICT (id) DO UPDATE SET
    name = excluded.name, owner = excluded.owner, enabled = excluded.enabled, body = excluded.body, since = excluded.since,
    updated = excluded.updated
