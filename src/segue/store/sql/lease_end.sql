UPDATE lease SET ended = :now WHERE id = :id AND ended IS NULL
