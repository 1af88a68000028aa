UPDATE flow_run SET
    name = coalesce(:name, name),
    tags = coalesce(:tags, tags),
    parameters = coalesce(:parameters, parameters),
    updated = :now
WHERE id = :id
