-- Whether there is such a run; the flow of this name.
SELECT EXISTS (SELECT 1 FROM flow_run WHERE id = :id), (SELECT id FROM flow WHERE name = :flow)
