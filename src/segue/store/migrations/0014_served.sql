-- Whether the lease was granted through a server: to a process that may be of any machine, whatever its names say.
ALTER TABLE lease ADD COLUMN served INTEGER NOT NULL DEFAULT 0;
