import functools

from segue import flow, task


class Adder:
    def __init__(self, amount):
        self.amount = amount

    def __call__(self, x):
        return x + self.amount


def power(base, exponent):
    return base**exponent


def decorated(fn):
    @functools.wraps(fn)
    def inner(*args, **kwargs):
        return ("wrapped", fn(*args, **kwargs))

    return inner


@flow
@decorated
def wrapped_flow(x: int = 1):
    return x


@task
@decorated
def wrapped_task(x):
    return x


print(wrapped_flow(2), wrapped_flow.name)
print(wrapped_task(3), wrapped_task.name)
print(task(Adder(5).__call__, name="adder")(1))
print(task(functools.partial(power, exponent=2), name="square")(4))
