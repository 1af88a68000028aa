SELECT value FROM meta WHERE key = :key FOR UPDATE
