from segue import flow, task
from segue.exceptions import ParameterBindError, SignatureMismatchError


@flow
def add(x, y=1):
    return x + y


@task
def add_task(x, y=1):
    return x + y


def attempt(call):
    try:
        print(call())
    except Exception as error:
        print(type(error).__name__, "-", str(error).splitlines())


attempt(lambda: add())
attempt(lambda: add(1, 2, 3))
attempt(lambda: add(1, z=3))
attempt(lambda: add(1, x=3))
attempt(lambda: add_task())
attempt(lambda: add_task(1, 2, 3))
attempt(lambda: add_task(1, z=3))
attempt(lambda: add(return_state=True))
print([cls.__name__ for cls in ParameterBindError.__mro__])
print([cls.__name__ for cls in SignatureMismatchError.__mro__])
