DELETE FROM schedule WHERE id = :id
