"""get_logger gives named loggers below segue; an eavesdropper collects messages."""

import logging

from segue import flow, get_run_logger
from segue.logging import LogEavesdropper, get_logger

logger = get_logger("mine")
print(logger.name, get_logger().name, get_logger("segue.flows").name, get_logger() is logging.getLogger("segue"))
with LogEavesdropper("segue.mine", level=logging.WARNING) as ears:
    logger.info("too quiet")
    logger.warning("heard")
    logger.getChild("child").error("heard too")
print(ears.text())


@flow
def pipeline():
    inner = get_run_logger()
    print(inner.logger.name, {"flow_name", "flow_run_id", "flow_run_name"} <= set(inner.extra))


pipeline()
