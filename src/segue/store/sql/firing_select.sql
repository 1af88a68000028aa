SELECT f.schedule_id, f.deployment_id, f.instant, f.at, f.outcome, f.reason, f.flow_run_id, f.decided FROM firing AS f
