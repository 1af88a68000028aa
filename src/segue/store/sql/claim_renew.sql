UPDATE slot_claim SET expires = :expires WHERE id = :id AND held = 1
