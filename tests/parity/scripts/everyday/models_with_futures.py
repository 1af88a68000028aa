from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict

from segue import flow, task
from segue.futures import SegueFuture


class Job(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True)
    name: str
    parts: list


@dataclass
class Bundle:
    first: object
    rest: dict = field(default_factory=dict)


@task
def make(x: int) -> int:
    return x * 10


@task
def open_job(job: Job) -> list:
    return [type(part).__name__ for part in job.parts]


@task
def open_bundle(bundle: Bundle) -> tuple:
    return bundle.first, sorted(bundle.rest.items())


@task
def keys(mapping: dict) -> dict:
    return {key: value for key, value in mapping.items()}


@flow
def main():
    future = make.submit(1)
    print(open_bundle(Bundle(future, {"b": make.submit(2), "c": 3})))
    print(open_bundle.submit(Bundle(future)).result())
    print(keys({"x": future, "y": [future, {"z": (future, 1)}]}))
    print(open_job(Job(name="a", parts=[1, "x"])))
    original = Bundle(future)
    open_bundle(original)
    print(isinstance(original.first, SegueFuture))


main()
