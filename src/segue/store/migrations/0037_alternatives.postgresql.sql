-- Lists cost PostgreSQL nothing, and their indexes serve alternatives as well.
DROP INDEX flow_run_deployment_open;
