import os
from pathlib import Path

Path("custom.yml").write_text(
    """
version: 1
disable_existing_loggers: False
formatters:
  standard:
    (): segue.logging.formatters.SegueFormatter
    format: "ALL %(levelname)s %(name)s %(message)s"
    flow_run_fmt: "FLOW %(levelname)s %(flow_name)s %(message)s"
    task_run_fmt: "TASK %(levelname)s %(task_name)s %(message)s"
handlers:
  console:
    level: WARNING
    class: logging.StreamHandler
    formatter: standard
    stream: ext://sys.stdout
  api:
    level: 0
    class: segue.logging.handlers.APILogHandler
loggers:
  segue:
    level: "${SEGUE_LOGGING_LEVEL}"
    handlers: [console]
    propagate: no
  segue.flow_runs:
    level: NOTSET
    handlers: [api]
  segue.task_runs:
    level: WARNING
    handlers: [api]
  mine:
    level: DEBUG
    handlers: [console]
    propagate: no
root:
  level: ERROR
  handlers: [console]
"""
)
os.environ["SEGUE_LOGGING_SETTINGS_PATH"] = "custom.yml"
os.environ["SEGUE_LOGGING_LEVEL"] = "INFO"

import logging

from segue import flow, get_run_logger, task
from segue.logging import get_logger


@task
def step():
    get_run_logger().info("hidden by the level of task runs")
    get_run_logger().warning("step warns")


@flow(flow_run_name="a-run")
def main():
    get_run_logger().warning("in the flow")
    get_run_logger().debug("hidden by the level of all")
    step()


main()
get_logger("other").warning("a logger of the library's")
logging.getLogger("mine").warning("my own logger")
logging.getLogger("elsewhere").warning("hidden by root")
logging.getLogger("elsewhere").error("shown by root")
