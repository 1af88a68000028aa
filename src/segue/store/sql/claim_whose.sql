SELECT lease_id FROM slot_claim WHERE id = :id
