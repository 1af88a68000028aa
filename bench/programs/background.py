"""Background tasks: `background.py serve LIMIT`, or `background.py map|delay COUNT` to hand over so many and wait for their values.

`delay` hands them over one by one from eight threads, as a web application does. Latencies (of `delay`) are from the call to the
value, in milliseconds.
"""

import json
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from segue import task
from segue.task_worker import serve

LANES = 8


@task
def double(x: int) -> int:
    return 2 * x


def mapped(count: int) -> dict[str, object]:
    futures = double.map(list(range(count)), deferred=True)
    handed = time.perf_counter()
    assert futures.result() == [2 * x for x in range(count)]
    return {"handed": handed, "task_runs": count}


def delayed(count: int) -> dict[str, object]:
    took = []

    def one(x: int) -> None:
        began = time.perf_counter()
        assert double.delay(x).result(timeout=120) == 2 * x
        took.append(1000 * (time.perf_counter() - began))

    with ThreadPoolExecutor(LANES) as lanes:
        list(lanes.map(one, range(count)))
    took.sort()
    return {"p50": took[count // 2], "p99": took[min(int(count * 0.99), count - 1)], "task_runs": count}


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(double, limit=int(sys.argv[2]))
    else:
        how, many = {"map": mapped, "delay": delayed}[sys.argv[1]], int(sys.argv[2])
        double.delay(0).result(timeout=120)
        started = time.perf_counter()
        said = how(many)
        ended = time.perf_counter()
        said |= {"seconds": ended - started, "threads": threading.active_count()}
        if "handed" in said:
            said["handed"] = said["handed"] - started
        print(json.dumps(said))
