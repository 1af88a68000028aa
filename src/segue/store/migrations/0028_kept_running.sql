-- Deployments that are services: the run that they were last kept running by, and how many in a row were short.
ALTER TABLE deployment ADD COLUMN keep_running INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deployment ADD COLUMN kept_run_id TEXT;
ALTER TABLE deployment ADD COLUMN kept_short INTEGER NOT NULL DEFAULT 0;
CREATE INDEX deployment_kept ON deployment (id) WHERE keep_running = 1;
