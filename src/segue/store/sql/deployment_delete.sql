DELETE FROM deployment WHERE id = :id
