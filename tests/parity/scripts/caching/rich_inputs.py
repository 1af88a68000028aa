"""Models, paths, dates and nested containers are hashable inputs; order of keys does not matter."""

import uuid
from datetime import date
from pathlib import Path

from pydantic import BaseModel

from segue import flow, task
from segue.cache_policies import INPUTS

salt = uuid.uuid4().hex


class Config(BaseModel):
    size: int
    name: str = "x"


@task(cache_policy=INPUTS)
def work(value, salt):
    return 1


@flow
def pipeline():
    for first, second in (
        (Config(size=1), Config(size=1)),
        (Config(size=1, name="y"), Config(size=2, name="y")),
        ({"a": 1, "b": [Path("p"), date(2024, 1, 1)]}, {"a": 1, "b": [Path("p"), date(2024, 1, 1)]}),
        (1, 1.5),
        ({3, 1, 2}, {1, 2, 3}),
    ):
        names = [work(value, salt, return_state=True).name for value in (first, second)]
        print(type(first).__name__, names)


pipeline()
