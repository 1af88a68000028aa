from datetime import date

from pydantic import BaseModel

from segue import flow, get_client
from segue.context import get_run_context
from segue.runtime import flow_run


class Box(BaseModel):
    width: int


@flow
def main(box: Box, day: date, count: int = 3, names: list[str] = ["a"], nothing=None):
    print(flow_run.parameters)
    print(get_run_context().parameters)
    return flow_run.id


run_id = main({"width": "4"}, "2024-01-02", names=("x", "y"))
with get_client(sync_client=True) as client:
    run = client.read_flow_run(run_id)
    print({name: run.parameters[name] for name in ("day", "count", "nothing")})
    print(run.parameters["box"], list(run.parameters["names"]))
