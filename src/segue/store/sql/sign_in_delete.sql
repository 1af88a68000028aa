DELETE FROM sign_in WHERE id = :id
