INSERT INTO block_type (id, slug, name, logo_url, documentation_url, description, code_example, created, updated)
VALUES (:id, :slug, :name, :logo_url, :documentation_url, :description, :code_example, :now, :now)
ON CONFLICT DO NOTHING
