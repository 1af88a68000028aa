SELECT id, slug, name, logo_url, documentation_url, description, code_example, created, updated
FROM block_type
WHERE slug = :ref OR id = :ref
