INSERT INTO saved_view (id, account_id, name, filters, created, updated)
VALUES (:id, :account_id, :name, :filters, :now, :now)
ON CONFLICT (account_id, name) DO UPDATE SET
    filters = excluded.filters,
    updated = excluded.updated
