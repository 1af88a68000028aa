"""The same durable no-op steps as a workflow of DBOS."""

import json
import sys
import time

from dbos import DBOS

count, database = int(sys.argv[1]), sys.argv[2]
DBOS(config={"name": "bench", "system_database_url": database, "run_admin_server": False, "log_level": "ERROR"})


@DBOS.step()
def step(number):
    return number


@DBOS.workflow()
def durable(count):
    for number in range(count):
        step(number)


if __name__ == "__main__":
    DBOS.launch()
    # The database is made and opened before the clock starts.
    durable(1)
    began = time.perf_counter()
    durable(count)
    seconds = time.perf_counter() - began
    DBOS.destroy()
    print(json.dumps({"rate": count / seconds}))
