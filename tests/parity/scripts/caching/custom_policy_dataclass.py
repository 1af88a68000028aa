from dataclasses import dataclass

from segue import flow, task
from segue.cache_policies import INPUTS, CachePolicy


@dataclass
class ByVersion(CachePolicy):
    version: str = "1"

    def compute_key(self, task_ctx, inputs, flow_parameters, **kwargs):
        return f"{task_ctx.task.name}-{self.version}-{sorted(inputs)}-{sorted(flow_parameters or {})}"


class Never(CachePolicy):
    def compute_key(self, task_ctx, inputs, flow_parameters, **kwargs):
        return None


runs = []


@task(cache_policy=ByVersion("2"), persist_result=True)
def step(x):
    runs.append(x)
    return x


@task(cache_policy=ByVersion("2") + INPUTS, persist_result=True)
def both(x):
    runs.append(("both", x))
    return x


@task(cache_policy=Never(), persist_result=True)
def never(x):
    runs.append(("never", x))
    return x


@flow
def main(a=1):
    print(step(1), step(2), both(1), both(2), both(1), never(1), never(1))


main()
main()
print(runs)
