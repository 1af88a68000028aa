import subprocess
import sys
from dataclasses import dataclass
from typing import NamedTuple

from segue import flow, get_client, task
from segue.client.schemas.filters import FlowFilter, FlowFilterName
from segue.client.schemas.sorting import FlowRunSort


@dataclass
class Order:
    id: int
    total: float


class Point(NamedTuple):
    x: int
    y: int


@task(persist_result=True)
def order(id: int) -> Order:
    return Order(id, id * 1.5)


@flow(persist_result=True)
def daily(n: int):
    orders = order.map(range(n)).result()
    return {"orders": orders, "where": Point(1, 2), "none": None}


@flow
def unkept():
    return 5


@flow(persist_result=True)
def failing():
    raise LookupError("kept too")


def show():
    with get_client(sync_client=True) as client:
        for name in ("daily", "unkept", "failing"):
            run = client.read_flow_runs(
                flow_filter=FlowFilter(name=FlowFilterName(any_=[name])), sort=FlowRunSort.START_TIME_DESC, limit=1
            )[0]
            try:
                value = run.state.result()
                print(name, sorted(value), len(value["orders"]), value["orders"][1].total, value["where"].y)
            except Exception as error:
                print(name, type(error).__name__, error.args[0] if name == "failing" else "")


if __name__ == "__main__":
    if sys.argv[1:]:
        show()
    else:
        daily(3)
        unkept()
        failing(return_state=True)
        show()
        print(subprocess.run([sys.executable, __file__, "again"], capture_output=True, text=True).stdout, end="")
