DELETE FROM work_queue WHERE id = :id
