from segue import flow, task
from segue.states import Cancelled, Completed, Crashed, Failed, Paused, Pending, Running, Scheduled


def give(kind):
    return {
        "completed": Completed(data="value"), "failed": Failed(message="m"), "crashed": Crashed(message="c"), "cancelled": Cancelled(message="x"),
        "named": Failed(name="Rejected", message="r"), "pending": Pending(message="p"), "running": Running(),
    }[kind]


as_task = task(name="as-task")(give)
as_flow = flow(name="as-flow")(give)


@flow
def main(kind):
    for runner in (as_task, as_flow):
        try:
            state = runner(kind, return_state=True)
            print(runner.name, kind, state.type.value, state.name, state.message)
        except BaseException as error:
            print(runner.name, kind, "state raised", type(error).__name__, str(error)[:60])
        try:
            value = runner(kind)
            print("   value", value if isinstance(value, str) else type(value).__name__)
        except BaseException as error:
            print("   raised", type(error).__name__, str(error)[:60])


for kind in ("completed", "failed", "crashed", "cancelled", "named"):
    main(kind)
