import json
import logging

from segue import flow, get_run_logger, task
from segue.logging.formatters import JsonFormatter, SegueFormatter


class Keep(logging.Handler):
    def __init__(self, formatter):
        super().__init__()
        self.lines = []
        self.setFormatter(formatter)

    def emit(self, record):
        self.lines.append(self.format(record))


keep = Keep(JsonFormatter("default", None, "%"))
plain = Keep(SegueFormatter("all %(message)s", flow_run_fmt="flow %(flow_name)s %(message)s"))
for name in ("segue.flow_runs", "segue.task_runs"):
    logging.getLogger(name).addHandler(keep)
    logging.getLogger(name).addHandler(plain)


@task
def step():
    try:
        1 / 0
    except ZeroDivisionError:
        get_run_logger().exception("it broke")


@flow
def main():
    get_run_logger().warning("hello %s", "you", extra={"mine": 5, "odd": object})
    step()


main()
for line in keep.lines:
    facts = json.loads(line)
    if facts["msg"].startswith(("hello", "it broke")):
        print(facts["levelname"], facts["name"], facts.get("flow_name"), facts.get("task_name"), facts.get("mine"), facts["severity"])
        print(facts["exc_info"]["type"] if facts.get("exc_info") else None)
print([line for line in plain.lines if "hello" in line])
print([line.splitlines()[0] for line in plain.lines if "it broke" in line])
try:
    JsonFormatter("nice", None, "%")
except ValueError as error:
    print("ValueError", error)
