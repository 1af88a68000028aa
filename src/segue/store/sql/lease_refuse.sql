UPDATE lease SET fence = fence + 1 WHERE id = :id
