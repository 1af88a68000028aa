"""Logs are found by level, by run, by text, in either order, with limit and offset."""

import time

from segue import flow, get_client, get_run_logger
from segue.client.schemas.filters import LogFilter, LogFilterFlowRunId, LogFilterLevel
from segue.client.schemas.sorting import LogSort


@flow
def talk(word):
    logger = get_run_logger()
    for level in (20, 30, 40, 50):
        logger.log(level, "%s at %s", word, level)


first = talk("one", return_state=True).state_details.flow_run_id
second = talk("two", return_state=True).state_details.flow_run_id


def read(client, ids, low=30, **options):
    chosen = LogFilter(flow_run_id=LogFilterFlowRunId(any_=ids), level=LogFilterLevel(ge_=low))
    return [log.message for log in client.read_logs(chosen, **options)]


with get_client(sync_client=True) as client:
    for _ in range(100):
        if len(read(client, [first, second])) >= 6:
            break
        time.sleep(0.1)
    print(read(client, [first], sort=LogSort.TIMESTAMP_ASC))
    print(read(client, [second], sort=LogSort.TIMESTAMP_DESC))
    print(read(client, [first, second], sort=LogSort.TIMESTAMP_ASC, limit=2, offset=2))
    print(read(client, [first], low=45))
    print(read(client, []))
