import time

from segue import flow, task
from segue.futures import wait
from segue.task_runners import ConcurrentTaskRunner, ProcessPoolTaskRunner, TaskRunner, ThreadPoolTaskRunner


@task
def square(x):
    return x * x


print(ConcurrentTaskRunner is ThreadPoolTaskRunner or issubclass(ConcurrentTaskRunner, ThreadPoolTaskRunner))
print(ThreadPoolTaskRunner() == ThreadPoolTaskRunner(), ThreadPoolTaskRunner(max_workers=3) == ThreadPoolTaskRunner(max_workers=3), ThreadPoolTaskRunner(3) == ThreadPoolTaskRunner(4))
print(ThreadPoolTaskRunner().name, isinstance(ThreadPoolTaskRunner(), TaskRunner))
with ThreadPoolTaskRunner(max_workers=2) as runner:
    futures = [runner.submit(square, parameters={"x": i}) for i in range(3)]
    print([f.result() for f in futures])
    print(runner.map(square, parameters={"x": [1, 2]}).result())
runner = ThreadPoolTaskRunner()
try:
    runner.submit(square, parameters={"x": 1})
except Exception as error:
    print(type(error).__name__, error)
copy = ThreadPoolTaskRunner(max_workers=5).duplicate()
print(type(copy).__name__, copy == ThreadPoolTaskRunner(max_workers=5))
