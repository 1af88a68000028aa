"""Runtime parameters are the validated values; task parameters have futures resolved."""

from pydantic import BaseModel

from segue import flow, task
from segue.runtime import flow_run, task_run


class Config(BaseModel):
    size: int


@task
def one():
    return 1


@task
def see(value, items):
    return task_run.parameters


@flow
def pipeline(number: int, config: Config, flag: bool = False):
    print(flow_run.parameters, type(flow_run.parameters["config"]).__name__)
    print(see(one.submit(), [one.submit(), 5]))


pipeline("3", {"size": "4"})
