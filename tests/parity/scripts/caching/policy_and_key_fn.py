"""When both a policy and a key function are named, the function wins."""

import uuid
import warnings

from segue import flow, task
from segue.cache_policies import INPUTS

salt = uuid.uuid4().hex
warnings.simplefilter("ignore")


@task(cache_policy=INPUTS, cache_key_fn=lambda context, parameters: salt)
def both(x):
    return x


@flow
def pipeline():
    return [both(x) for x in (1, 2, 3)]


print(type(both.cache_policy).__name__, both.cache_key_fn is not None)
print(pipeline())
