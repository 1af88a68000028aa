import json
from pathlib import Path

from segue import flow, task

LOG = Path("hooks.jsonl")


def note(kind, **facts):
    with LOG.open("a") as out:
        out.write(json.dumps({"kind": kind, **facts}) + "\n")


def flow_hook(flow, flow_run, state):
    note("flow", name=flow.name, state=state.name, parameters=flow_run.parameters, tags=sorted(flow_run.tags))


def task_hook(task, task_run, state):
    note("task", name=task.name, run=task_run.name, state=state.name, type=state.type.value)


def broken_hook(task, task_run, state):
    raise RuntimeError("hooks may fail")


@task(on_completion=[task_hook], on_failure=[broken_hook, task_hook], task_run_name="check-{x}", retries=1)
def check(x: int) -> int:
    if x > 2:
        raise ValueError(f"{x} is too much")
    return x


@flow(on_completion=[flow_hook], on_failure=[flow_hook], on_running=[flow_hook])
def all_of(limit: int = 2):
    return sum(check(x) for x in range(1, limit + 1))


print(all_of())
try:
    all_of(limit="3")
except ValueError as error:
    print("raised", error)
for line in LOG.read_text().splitlines():
    print(json.loads(line))
