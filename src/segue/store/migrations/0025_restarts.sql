-- How often a run of a deployment is begun again by itself when it crashes.
ALTER TABLE flow_run ADD COLUMN crash_retries INTEGER;
