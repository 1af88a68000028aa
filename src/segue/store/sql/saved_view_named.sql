SELECT id, account_id, name, filters, created, updated FROM saved_view WHERE account_id = :account_id AND name = :name
