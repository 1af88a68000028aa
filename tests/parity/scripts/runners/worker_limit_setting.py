import os
import threading

os.environ["SEGUE_TASKS_RUNNER_THREAD_POOL_MAX_WORKERS"] = "1"

from segue import flow, task  # noqa: E402

most = []
running = []


@task
def work(x):
    running.append(x)
    most.append(len(running))
    threading.Event().wait(0.1)
    running.remove(x)
    return x


@flow
def main():
    print(work.map(range(3)).result(), max(most))


main()
