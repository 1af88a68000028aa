"""A subclass of CachePolicy computes the key itself, and joins the algebra."""

import uuid
from dataclasses import dataclass

from segue import flow, task
from segue.cache_policies import INPUTS, CachePolicy

salt = uuid.uuid4().hex


@dataclass
class Rounded(CachePolicy):
    digits: int = 0

    def compute_key(self, task_ctx, inputs, flow_parameters, **kwargs):
        return f"{salt}-{task_ctx.task.name}-{round(inputs['x'], self.digits)}"


@task(cache_policy=Rounded(digits=1))
def work(x):
    return x


@task(cache_policy=Rounded() + (INPUTS - "x"))
def with_inputs(x, other):
    return (x, other)


@flow
def pipeline():
    print([work(x) for x in (1.01, 1.02, 1.2)])
    print([with_inputs(x, other) for x, other in ((1.1, "a"), (1.2, "a"), (1.2, "b"))])


pipeline()
