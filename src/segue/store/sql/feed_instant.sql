SELECT coalesce(told, occurred) FROM state_row WHERE seq >= :seq ORDER BY seq LIMIT 1
