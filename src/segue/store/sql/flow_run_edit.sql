UPDATE flow_run SET
    name = coalesce(:name, name),
    tags = coalesce(:tags, tags),
    parameters = coalesce(:parameters, parameters),
    labels = coalesce(:labels, labels),
    updated = :now
WHERE id = :id
