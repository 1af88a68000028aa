import threading
import time

from segue import flow, task
from segue.task_runners import ConcurrentTaskRunner, TaskRunner, ThreadPoolTaskRunner

lock = threading.Lock()
running = 0
most = 0


@task
def work(x):
    global running, most
    with lock:
        running += 1
        most = max(most, running)
    time.sleep(0.2)
    with lock:
        running -= 1
    return x, threading.current_thread() is threading.main_thread()


@flow(task_runner=ThreadPoolTaskRunner(max_workers=2))
def two():
    print(work.map(range(4)).result())


two()
print("at most", most)
print(two.task_runner.name, isinstance(two.task_runner, TaskRunner), ConcurrentTaskRunner is ThreadPoolTaskRunner)
print(ThreadPoolTaskRunner(max_workers=3) == ThreadPoolTaskRunner(max_workers=3))
print(ThreadPoolTaskRunner(max_workers=3) == ThreadPoolTaskRunner(max_workers=4))
print(two.with_options(task_runner=ThreadPoolTaskRunner(max_workers=1)).task_runner == two.task_runner)
