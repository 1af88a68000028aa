SELECT 1 FROM deployment WHERE id = :id AND keep_running = 1
