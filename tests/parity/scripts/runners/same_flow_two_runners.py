from segue import flow, task
from segue.runtime import flow_run, task_run
from segue.task_runners import ProcessPoolTaskRunner, ThreadPoolTaskRunner


@task(task_run_name="square-{x}")
def square(x):
    print_name = task_run.name
    return x * x, print_name, flow_run.name


@flow(flow_run_name="squares")
def squares(n: int):
    return square.map(range(n)).result()


if __name__ == "__main__":
    threads = squares.with_options(task_runner=ThreadPoolTaskRunner())(3)
    processes = squares.with_options(task_runner=ProcessPoolTaskRunner())(3)
    print(threads)
    print(threads == processes)
