SELECT id FROM lease WHERE claim = :claim AND ended IS NULL ORDER BY id
