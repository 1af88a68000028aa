UPDATE slot_claim SET slots = :slots WHERE limit_id = :limit_id AND id = :id
