from segue import flow, get_client, tags, task


@task
def step():
    return 1


@flow(version="v9", description="Says what it does.")
def main(a: int, b: str = "x", *, c: list = [1]):
    """Docs."""
    step()


with tags("t"):
    main(1, c=[2])
with get_client(sync_client=True) as client:
    run = client.read_flow_runs()[0]
    print(run.parameters, run.flow_version, run.tags, run.run_count, run.auto_scheduled, run.deployment_id, run.parent_task_run_id)
    print(run.state_type.value, run.state_name, run.state.is_completed(), run.idempotency_key is None, run.work_queue_name)
    print(run.start_time <= run.end_time, run.total_run_time.total_seconds() >= 0, run.expected_start_time is not None, run.next_scheduled_start_time)
    print(run.created is not None, run.updated is not None)
    flow_object = client.read_flow(run.flow_id)
    print(flow_object.name, flow_object.tags, flow_object.id == run.flow_id)
    t = client.read_task_runs()[0]
    print(t.task_key.split("-")[0], t.task_inputs, t.tags, t.run_count, t.cache_key)
    print(t.flow_run_id == run.id, t.state_name, t.total_run_time.total_seconds() >= 0)
