INSERT INTO schedule (id, deployment_id, slug, body, cursor, planned, wake, short, created)
VALUES (:id, :deployment_id, :slug, :body, :cursor, :planned, :wake, :short, :created)
ON CONFLICT (id) DO UPDATE SET
    slug = excluded.slug, body = excluded.body, cursor = excluded.cursor, planned = excluded.planned, wake = excluded.wake,
    short = excluded.short
