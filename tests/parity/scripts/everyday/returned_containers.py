from segue import flow, task


@task
def one(x):
    return x


@task
def bad():
    raise ValueError("bad")


@flow
def returns(kind):
    good, worse = one.submit(1), bad.submit()
    good.wait()
    worse.wait()
    return {
        "future": lambda: good,
        "tuple": lambda: (good, one.submit(2)),
        "list": lambda: [good, worse],
        "dict": lambda: {"a": 1, "b": good.result()},
        "mixed": lambda: [good, 5],
        "nested": lambda: [[good.result()], 3],
        "empty": lambda: [],
        "states": lambda: [good.state, one(3, return_state=True)],
        "set": lambda: {1, 2},
        "none": lambda: None,
        "false": lambda: False,
        "exception": lambda: ValueError("a value"),
    }[kind]()


def show(value):
    if isinstance(value, (list, tuple)):
        return type(value).__name__, [show(item) for item in value]
    return str(value) if not isinstance(value, Exception) else type(value).__name__


for kind in ("future", "tuple", "list", "dict", "mixed", "nested", "empty", "states", "set", "none", "false", "exception"):
    state = returns(kind, return_state=True)
    print(kind, state.type.value, state.message)
    try:
        print("   ", show(returns(kind)))
    except Exception as error:
        print("   raised", type(error).__name__, error)
