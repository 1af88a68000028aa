INSERT INTO block_schema (id, type_id, checksum, fields, capabilities, version, created)
VALUES (:id, :type_id, :checksum, :fields, :capabilities, :version, :now)
ON CONFLICT DO NOTHING
