import logging

from segue import flow, get_run_logger, task
from segue.logging import disable_run_logger, get_logger
from segue.exceptions import MissingContextError


class Collect(logging.Handler):
    def __init__(self):
        super().__init__()
        self.rows = []

    def emit(self, record):
        self.rows.append((record.name, record.levelname, record.getMessage()))


collect = Collect()
for name in ("segue.flow_runs", "segue.task_runs"):
    logging.getLogger(name).addHandler(collect)


@task
def step():
    logger = get_run_logger()
    print(type(logger).__name__, logger.name, getattr(logger, "extra", {}).get("task_name"), logger.isEnabledFor(logging.DEBUG))
    logger.debug("debug")
    logger.info("info")


@flow
def main():
    logger = get_run_logger()
    print(type(logger).__name__, logger.name, sorted(logger.extra))
    logger.warning("warn %s", "arg")
    logger.critical("critical")
    step()


main()
for row in collect.rows:
    if row[2] in ("debug", "info", "warn arg", "critical"):
        print(row)
try:
    get_run_logger()
except MissingContextError as error:
    print("MissingContextError", error)
with disable_run_logger():
    print(get_run_logger().disabled, step.fn())
print(get_logger().name, get_logger("mine").name, get_logger("segue.mine").name, get_logger().getChild("x").name)
