"""A run's context goes along into the processes of a pool, and what is logged there is recorded with the run."""

import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

from segue import flow, get_client, get_run_logger, tags, task
from segue.context import TagsContext, get_run_context, with_context
from segue.exceptions import MissingContextError
from segue.runtime import flow_run, task_run


def double(item):
    get_run_logger().info("doubling %s", item)
    return item * 2, flow_run.name, task_run.task_name, sorted(TagsContext.get().current_tags)


def plain(item):
    try:
        get_run_logger()
    except MissingContextError:
        return "no context"


def put(queue):
    get_run_logger().warning("in a process")
    queue.put(type(get_run_context()).__name__)


@task
def pools(items):
    with multiprocessing.Pool(1) as pool:
        print(pool.map(with_context(double), items))
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        print(list(pool.map(with_context(double), items)), list(pool.map(plain, [1])))
    with ThreadPoolExecutor(1) as pool:
        print(list(pool.map(with_context(double), items)))


@flow(flow_run_name="carrying")
def main():
    with tags("t"):
        pools([1, 2])
    queue = multiprocessing.Queue()
    process = multiprocessing.Process(target=with_context(put), args=(queue,))
    process.start()
    process.join()
    print(queue.get())


if __name__ == "__main__":
    main()
    with get_client(sync_client=True) as client:
        for _ in range(100):
            logs = [log for log in client.read_logs() if log.message.startswith(("doubling", "in a"))]
            if len(logs) == 7:
                break
            time.sleep(0.1)
        print(sorted((log.message, log.level, log.task_run_id is not None) for log in logs))
        print({log.flow_run_id for log in logs} == {client.read_flow_runs()[0].id})
