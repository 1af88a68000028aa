"""Outside runs the run logger is an error, unless run loggers are switched off."""

from segue import flow, get_run_logger, task
from segue.exceptions import MissingContextError
from segue.logging import disable_run_logger


@task
def work(x):
    get_run_logger().info("working on %s", x)
    return x * 2


try:
    get_run_logger()
except MissingContextError as error:
    print(type(error).__name__)
with disable_run_logger():
    logger = get_run_logger()
    logger.info("nowhere")
    print(logger.disabled, work.fn(4))
try:
    work.fn(4)
except MissingContextError as error:
    print(type(error).__name__)
print(flow(work.fn, name="as_flow")(5))
