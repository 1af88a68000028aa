SELECT count(*) FROM account WHERE role = 'admin' AND disabled IS NULL AND id <> :id
