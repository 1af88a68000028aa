SELECT id, account_id, name, filters, created, updated FROM saved_view WHERE id = :id
