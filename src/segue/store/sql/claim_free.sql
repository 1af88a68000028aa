DELETE FROM slot_claim WHERE id = :id RETURNING limit_id, slots, held
