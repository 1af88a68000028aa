from segue import flow, task
from segue.task_runners import ThreadPoolTaskRunner


@task
def work(x):
    return x + 1


@flow(task_runner=ThreadPoolTaskRunner(max_workers=1))
def main():
    first = work.submit(1)
    second = work.submit(first)
    third = work.submit(second)
    print(third.result())
    chain = work.submit(0)
    for _ in range(20):
        chain = work.submit(chain)
    print(chain.result())
    maps = work.map(work.map(work.map(range(5))))
    print(maps.result())


main()
