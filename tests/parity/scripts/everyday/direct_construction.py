from segue import Flow, Task, flow, task
from segue.flows import Flow as FlowAgain
from segue.tasks import Task as TaskAgain


def add(x: int, y: int = 1) -> int:
    """Add two numbers."""
    return x + y


def run(x: int) -> int:
    return add_task(x) + add_task.with_options(name="other")(x, y=5)


add_task = Task(add, name="adder", tags=["math"], retries=1)
run_flow = Flow(fn=run, name="runner", flow_run_name="run-{x}", log_prints=True)
print(isinstance(add_task, TaskAgain), isinstance(run_flow, FlowAgain), isinstance(task(add), Task))
print(run_flow("3"), add_task.name, add_task.description, sorted(add_task.tags))
print(run_flow.fn is run, add_task.fn(2, 3), add_task.fn.__name__)


class Loud(Task):
    def __call__(self, *args, **kwargs):
        print("calling", self.name)
        return super().__call__(*args, **kwargs)


loud = Loud(add, name="loud")


@flow
def uses():
    return loud(1), loud.submit(3).result()


print(uses())
print(isinstance(loud.with_options(name="x"), Task), flow(add).name, flow(name="n")(add).name)
