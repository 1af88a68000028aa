"""Naming both a policy and a key function warns, and the function wins."""

import warnings

from segue import task
from segue.cache_policies import INPUTS

with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always")

    @task(cache_policy=INPUTS, cache_key_fn=lambda context, parameters: "k")
    def both():
        return 1


print(type(both.cache_policy).__name__, both.cache_key_fn is not None)
print(len([item for item in seen if issubclass(item.category, UserWarning)]))
