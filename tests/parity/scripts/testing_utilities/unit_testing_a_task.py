from segue import flow, get_run_logger, task
from segue.logging import disable_run_logger
from segue.testing.utilities import segue_test_harness


@task
def logs(x):
    get_run_logger().info("x is %s", x)
    return x + 1


@flow
def main(x: int):
    return logs(x)


with disable_run_logger():
    print(logs.fn(1))
with segue_test_harness():
    print(main("2"), main(3, return_state=True).result())
try:
    logs.fn(5)
except Exception as error:
    print(type(error).__name__)
print(main.fn.__name__, logs.fn.__name__)
