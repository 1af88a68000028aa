from dataclasses import dataclass

from pydantic import BaseModel

from segue import flow, task
from segue.cache_policies import DEFAULT, INPUTS


class Model(BaseModel):
    a: int
    b: list[str] = []


@dataclass
class Options:
    verbose: bool = False


runs = []


@task(cache_policy=INPUTS - "debug", persist_result=True)
def step(value, debug=False):
    runs.append(("step", debug))
    return 1


@task(cache_policy=INPUTS - "client" - "logger", persist_result=True)
def uses_client(x, client=None, logger=None):
    runs.append(("client", x))
    return x


@flow
def main():
    for value in (Model(a=1), Model(a=1), Model(a=2), Options(), Options(verbose=True), [Model(a=1)], {"k": Model(a=1)}):
        print(step(value, return_state=True).name, end=" ")
    print(step(Model(a=1), debug=True, return_state=True).name)
    print(uses_client(1, client=object(), return_state=True).name, uses_client(1, client=object(), logger=print, return_state=True).name)


main()
print(len(runs))
