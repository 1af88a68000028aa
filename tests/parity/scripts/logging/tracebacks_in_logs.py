import logging

from segue import flow, get_run_logger, task

rows = []


class Collect(logging.Handler):
    def emit(self, record):
        rows.append((record.levelname, record.getMessage().splitlines()[0], record.exc_info is not None and record.exc_info[0].__name__ if record.exc_info else None))


logging.getLogger("segue.flow_runs").addHandler(Collect())


@task
def step():
    raise KeyError("missing")


@flow
def main():
    logger = get_run_logger()
    try:
        step()
    except KeyError:
        logger.exception("caught it")
        logger.error("with info", exc_info=True)
    logger.info("fine")


main()
for row in rows:
    if row[1] in ("caught it", "with info", "fine"):
        print(row)
