INSERT INTO block_reference (from_id, to_id) VALUES (:from_id, :to_id) ON CONFLICT DO NOTHING
