from segue import flow, task
from segue.futures import wait
from segue.task_runners import ThreadPoolTaskRunner


@task
def square(x):
    return x * x


@task
def total(values):
    return sum(values)


@flow(task_runner=ThreadPoolTaskRunner(max_workers=16))
def main(n):
    futures = square.map(range(n))
    done, not_done = wait(futures)
    print(len(done), len(not_done))
    return total(futures)


print(main(500))
