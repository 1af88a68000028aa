from segue import flow, get_client, task
from segue.client.schemas.sorting import TaskRunSort

STEPS = {"trim": str.strip, "upper": str.upper, "twice": lambda text: text * 2}


def make(name, function):
    @task(name=name, description=f"Step {name}", tags=["step", name])
    def step(text: str) -> str:
        return function(text)

    return step


steps = [make(name, function) for name, function in STEPS.items()]


@task
def base(text: str, suffix: str = "") -> str:
    return text + suffix


@flow
def chain(text: str):
    for step in steps:
        text = step(text)
    for number in range(2):
        text = base.with_options(name=f"base-{number}", task_run_name=f"mark-{number}", tags={"mark"})(
            text, suffix=str(number)
        )
    return text


print(chain("  a "))
print([(step.name, step.description, sorted(step.tags)) for step in steps], base.name)
print(len({step.task_key for step in steps}))
with get_client(sync_client=True) as client:
    runs = client.read_task_runs(sort=TaskRunSort.NAME_ASC)
    print([(run.name.rsplit("-", 1)[0], sorted(run.tags)) for run in runs])
