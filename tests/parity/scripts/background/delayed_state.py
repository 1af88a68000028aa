"""Before a worker takes it, a delayed task waits as Scheduled, and says so."""

from segue import get_client, task


@task(task_run_name="waiting")
def later(x):
    return x


future = later.delay(1)
print(type(future.task_run_id).__name__)
with get_client(sync_client=True) as client:
    run = client.read_task_run(future.task_run_id)
    print(run.state.type.value, run.state.name, run.flow_run_id, run.tags)
future.wait(timeout=0.2)
print(future.state.is_final())
try:
    future.result(timeout=0.2)
except TimeoutError as error:
    print(type(error).__name__)
