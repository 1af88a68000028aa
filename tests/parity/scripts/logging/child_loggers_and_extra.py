import logging

from segue import flow, get_run_logger, task


class Keep(logging.Handler):
    def __init__(self):
        super().__init__()
        self.rows = []

    def emit(self, record):
        self.rows.append((record.name, record.getMessage(), getattr(record, "order", None), getattr(record, "flow_name", None), getattr(record, "task_name", None)))


keep = Keep()
logging.getLogger("segue").addHandler(keep)


@task
def step():
    get_run_logger(order=7).info("with keyword")
    get_run_logger().getChild("part").info("from child", extra={"order": 8})


@flow
def main():
    get_run_logger().info("plain")
    step()


main()
for row in keep.rows:
    if row[1] in ("with keyword", "from child", "plain"):
        print(row)
