DELETE FROM artifact WHERE id = :id
