"""Background tasks: `background.py serve LIMIT`, or `background.py map|hand|delay COUNT` to hand over so many, values read back.

`hand` and `delay` hand them over one by one from eight threads, as a web application does; `hand` asks for the values when all are
handed over, `delay` for each at once. Latencies (of `delay`) are from the call to the value, in milliseconds.
"""

import json
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from segue import task
from segue.task_worker import serve

LANES = 8


@task
def double(x: int) -> int:
    return 2 * x


def patiently(ask):
    """Ask for a value; the peer has none to wait for until its server has heard of the run's first state."""
    while True:
        try:
            return ask()
        except RuntimeError as problem:
            if "has no state" not in str(problem):
                raise
            time.sleep(0.02)


def mapped(count: int) -> dict[str, object]:
    futures = double.map(list(range(count)), deferred=True)
    handed = time.perf_counter()
    assert patiently(futures.result) == [2 * x for x in range(count)]
    return {"handed": handed, "task_runs": count}


def handed_over(count: int) -> dict[str, object]:
    with ThreadPoolExecutor(LANES) as lanes:
        futures = list(lanes.map(double.delay, range(count)))
    handed = time.perf_counter()
    assert [patiently(partial(future.result, timeout=120)) for future in futures] == [2 * x for x in range(count)]
    return {"handed": handed, "task_runs": count}


def delayed(count: int) -> dict[str, object]:
    took = []

    def one(x: int) -> None:
        began = time.perf_counter()
        future = double.delay(x)
        assert patiently(lambda: future.result(timeout=120)) == 2 * x
        took.append(1000 * (time.perf_counter() - began))

    with ThreadPoolExecutor(LANES) as lanes:
        list(lanes.map(one, range(count)))
    took.sort()
    return {"p50": took[count // 2], "p99": took[min(int(count * 0.99), count - 1)], "task_runs": count}


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(double, limit=int(sys.argv[2]))
    else:
        how, many = {"map": mapped, "hand": handed_over, "delay": delayed}[sys.argv[1]], int(sys.argv[2])
        first = double.delay(0)
        patiently(lambda: first.result(timeout=120))
        started = time.perf_counter()
        said = how(many)
        ended = time.perf_counter()
        said |= {"seconds": ended - started, "threads": threading.active_count()}
        if "handed" in said:
            said["handed"] = said["handed"] - started
        print(json.dumps(said))
