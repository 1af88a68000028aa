DELETE FROM variable WHERE name = :name
