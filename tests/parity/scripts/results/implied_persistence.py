"""Options about results imply that the result is kept; an explicit False wins."""

from segue import task
from segue.cache_policies import DEFAULT, INPUTS, NO_CACHE


def body():
    return 1


for label, options in {
    "nothing": {},
    "serializer": {"result_serializer": "json"},
    "key": {"result_storage_key": "k"},
    "policy": {"cache_policy": INPUTS},
    "no cache": {"cache_policy": NO_CACHE},
    "key fn": {"cache_key_fn": lambda context, parameters: "k"},
    "off with policy": {"cache_policy": INPUTS, "persist_result": False},
}.items():
    made = task(body, **options)
    print(label, made.persist_result, made.cache_policy == DEFAULT, made.cache_policy in (None, NO_CACHE))
