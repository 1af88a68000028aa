UPDATE sign_in SET last_used = :now WHERE id = :id AND last_used < :before
