SELECT id, name, role, created, updated, disabled, password, last_sign_in FROM account WHERE id = :id
