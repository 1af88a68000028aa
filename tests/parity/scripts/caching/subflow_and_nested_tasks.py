"""Nested tasks are cached each by their own key; a cached outer task skips the inner."""

import uuid

from segue import flow, task
from segue.cache_policies import INPUTS

salt = uuid.uuid4().hex


@task(cache_policy=INPUTS)
def inner(x, salt):
    print("inner", x)
    return x


@task(cache_policy=INPUTS - "unused")
def outer(x, salt, unused=0, kind="outer"):
    print("outer", x)
    return inner(x, salt) * 2


@flow
def child(x):
    return outer(x, salt), inner(x, salt)


@flow
def parent():
    return child(1), child(1), outer(1, salt, unused=5)


print(parent())
