import os

os.environ["SEGUE_LOGGING_EXTRA_LOGGERS"] = "mylib,otherlib"

import logging
import time

from segue import flow, get_client, task


@task
def step():
    logging.getLogger("mylib").info("from mylib in task")
    logging.getLogger("otherlib.sub").warning("from otherlib")
    logging.getLogger("unknown").warning("not captured")


@flow
def main():
    logging.getLogger("mylib").info("from mylib in flow")
    step()


main()
logging.getLogger("mylib").info("outside")
with get_client(sync_client=True) as client:
    for _ in range(40):
        got = sorted((l.name, l.message) for l in client.read_logs(limit=200) if "from" in l.message)
        if got:
            break
        time.sleep(0.25)
    print(got)
    print([l.message for l in client.read_logs(limit=200) if "captured" in l.message or "outside" in l.message])
