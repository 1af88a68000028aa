DELETE FROM slot_claim WHERE limit_id = :limit_id AND id = :id
