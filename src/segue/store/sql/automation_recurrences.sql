SELECT count(*) FROM automation_firing
WHERE root = :root AND automation_id = :automation_id AND recurs = 1 AND fired > :since
