from segue import task
from segue.client.orchestration import get_client


@task
def add(a, b=2):
    return a + b


futures = add.map([1, 2, 3], b=4, deferred=True)
print(type(futures).__name__, len(futures), [f.state.name for f in futures])
try:
    add.map([1])
except RuntimeError as error:
    print("RuntimeError")
try:
    add.submit(1)
except RuntimeError as error:
    print("RuntimeError")
with get_client(sync_client=True) as client:
    print(len(client.read_task_runs()))
