SELECT id FROM delivery WHERE same = :same AND status IN ('waiting', 'sent') AND created > :since ORDER BY created DESC LIMIT 1
