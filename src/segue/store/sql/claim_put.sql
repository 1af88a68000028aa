INSERT INTO slot_claim (limit_id, id, slots, held, lease_id, fence, holder, asked, expires)
VALUES (:limit_id, :id, :slots, :held, :lease_id, :fence, :holder, :asked, :expires)
ON CONFLICT (limit_id, id) DO UPDATE SET held = excluded.held, expires = excluded.expires
