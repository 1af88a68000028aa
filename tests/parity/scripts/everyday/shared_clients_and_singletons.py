import threading

from segue import flow, task
from segue.task_runners import ThreadPoolTaskRunner


class Pool:
    def __init__(self):
        self.lock = threading.Lock()
        self.used = 0

    def use(self):
        with self.lock:
            self.used += 1
            return self.used


@task
def query(pool, name):
    return name, pool.use() > 0


@flow(task_runner=ThreadPoolTaskRunner(max_workers=4))
def main(pool):
    futures = [query.submit(pool, f"q{i}") for i in range(8)]
    print(sorted(f.result() for f in futures)[:2])
    return pool.used


print(main(Pool()))
