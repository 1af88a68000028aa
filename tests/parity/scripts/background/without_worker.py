from segue import task
from segue.futures import SegueDistributedFuture


@task
def add(a, b):
    return a + b


future = add.delay(1, b=2)
print(type(future).__name__, isinstance(future, SegueDistributedFuture))
print(future.state.type.value, future.state.name)
try:
    future.result(timeout=0.5)
except TimeoutError as error:
    print("TimeoutError")
future.wait(timeout=0.2)
print(future.state.is_final())
other = add.apply_async((1,), {"b": 5})
print(other.task_run_id != future.task_run_id)
try:
    add.delay(1)
except Exception as error:
    print(type(error).__name__, error)
