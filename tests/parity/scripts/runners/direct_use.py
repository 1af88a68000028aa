from segue import flow, task
from segue.task_runners import ThreadPoolTaskRunner


@task
def double(x):
    return x * 2


@flow
def main():
    with ThreadPoolTaskRunner(max_workers=2) as runner:
        future = runner.submit(double, {"x": 4})
        print(future.result())
        print([one.result() for one in runner.map(double, {"x": [1, 2]})])
    try:
        runner.submit(double, {"x": 1})
    except RuntimeError as error:
        print(type(error).__name__, error)
    copy = runner.duplicate()
    print(type(copy).__name__, copy == runner, copy is runner)


main()
