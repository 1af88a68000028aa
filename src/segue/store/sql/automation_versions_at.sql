SELECT v.automation_id, v.since, v.body
FROM automation_version AS v
WHERE v.since = (SELECT max(o.since) FROM automation_version AS o WHERE o.automation_id = v.automation_id AND o.since <= :cursor)
