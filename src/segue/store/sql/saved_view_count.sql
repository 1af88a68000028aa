SELECT count(*) FROM saved_view WHERE account_id = :account_id
