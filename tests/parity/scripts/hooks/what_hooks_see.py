from segue import flow, task

found = {}


def look(flow, run, state):
    found["flow run name"] = run.name
    found["parameters"] = run.parameters
    found["tags"] = sorted(run.tags)
    found["state"] = state.name
    found["result"] = state.result()


def look_task(task, run, state):
    found["task run name"] = run.name
    found["task result"] = state.result()
    found["task key"] = task.task_key.split("-")[0]


@task(task_run_name="step-{x}", on_completion=[look_task])
def step(x):
    return x + 1


@flow(flow_run_name="run-{x}", on_completion=[look])
def main(x: int):
    return step(x)


main.with_options()("5")
for key, value in found.items():
    print(key, value)
