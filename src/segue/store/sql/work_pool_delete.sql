DELETE FROM work_pool WHERE id = :id
