UPDATE account SET last_sign_in = :now WHERE id = :id
