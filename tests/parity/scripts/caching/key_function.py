"""cache_key_fn sees the context and the parameters; None means: do not cache."""

import uuid

from segue import flow, task

salt = uuid.uuid4().hex
calls = []


def key(context, parameters):
    print("asked for", context.task.name, sorted(parameters))
    if parameters["x"] == 0:
        return None
    return f"{salt}-{parameters['x'] % 2}"


@task(cache_key_fn=key)
def work(x, y=5):
    calls.append(x)
    return x


@flow
def pipeline():
    return [(work(x, return_state=True).name) for x in (1, 3, 2, 4, 0, 0)]


print(pipeline())
print(calls)
