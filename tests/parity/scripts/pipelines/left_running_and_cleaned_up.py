import time
from pathlib import Path

from segue import flow, get_client, task
from segue.context import get_run_context


@task
def slow_write(name: str) -> None:
    time.sleep(0.3)
    Path(name).write_text("done")


@flow
def fails_meanwhile():
    scratch = Path("scratch.txt")
    scratch.write_text("x")
    future = slow_write.submit("c.txt")
    try:
        raise ValueError("no")
    finally:
        future.wait()
        scratch.unlink()


@flow
def forgets_a_failure():
    @task
    def fail():
        raise KeyError("unseen")

    fail.submit()
    return get_run_context().flow_run.id


try:
    fails_meanwhile()
except ValueError as error:
    print(error)
print(sorted(path.name for path in Path().glob("*.txt")))
state = forgets_a_failure(return_state=True)
print(state.type.value, state.name)
with get_client(sync_client=True) as client:
    print(client.read_flow_run(state.result()).state.name)
