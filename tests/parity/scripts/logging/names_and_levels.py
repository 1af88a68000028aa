import logging

from segue import flow, get_run_logger, task
from segue.client.orchestration import get_client
from segue.logging import disable_run_logger, get_logger

print(get_logger().name, get_logger("x").name, get_logger("segue.y").name)


@task
def work():
    logger = get_run_logger()
    print(type(logger).__name__, logger.name, logger.extra["task_name"], "flow_run_name" in logger.extra)
    logger.debug("debug line")
    logger.log(25, "between")
    logger.critical("critical %s", "line")
    try:
        1 / 0
    except ZeroDivisionError:
        logger.exception("caught")


@flow
def main():
    logger = get_run_logger()
    print(type(logger).__name__, logger.name, logger.extra["flow_name"], "flow_run_name" in logger.extra)
    logger.info("first", extra={"k": 1})
    logger.warning({"a": 1})
    child = get_run_logger().getChild("sub") if hasattr(logger, "getChild") else None
    if child is not None:
        child.info("from child")
        print(child.name)
    work()
    special = get_run_logger(note="n")
    print(special.extra["note"])
    special.error("noted")


main()
with disable_run_logger():
    work.fn()
    print("disabled")
