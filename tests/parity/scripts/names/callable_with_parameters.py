from segue import flow, task
from segue.runtime import flow_run, task_run


def from_parameters(parameters):
    return "task-" + "-".join(f"{k}={v}" for k, v in sorted(parameters.items()))


@task(task_run_name=from_parameters)
def step(a, b=2, *args, **kwargs):
    return task_run.name


@flow(flow_run_name=lambda: "lambda-" + str(len(flow_run.parameters)))
def main(a=1, b=2):
    print(flow_run.name)
    print(step(1), step(1, 3, 4, k="v"))
    print(step.with_options(task_run_name="again-{a}")(9))


main()
for bad in ("{nope}", "{a.nope}", lambda: 5, lambda x: "x"):
    try:
        print(main.with_options(flow_run_name=bad)(return_state=True).type.value)
    except Exception as error:
        print(type(error).__name__, str(error).split(' at ')[0][:40])
