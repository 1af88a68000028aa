from segue import flow, task
from segue.states import Cancelled, Completed, Crashed, Failed


@task
def bad():
    raise ValueError("bad task")


@task
def good():
    return "good"


MAKERS = {
    "failed": lambda: Failed(message="no luck"),
    "failed without message": lambda: Failed(),
    "failed with data": lambda: Failed(data=KeyError("k"), message="m"),
    "crashed": lambda: Crashed(message="lights out"),
    "cancelled": lambda: Cancelled(message="stop it"),
    "completed": lambda: Completed(message="yes"),
    "completed with data": lambda: Completed(data="value"),
    "list of data": lambda: [Completed(data=1), Completed(data=2)],
    "task states": lambda: [good(return_state=True), good(return_state=True)],
    "one bad": lambda: [good(return_state=True), bad(return_state=True)],
    "two bad": lambda: [bad(return_state=True), bad(return_state=True)],
    "future": lambda: bad.submit(),
    "good future": lambda: good.submit(),
    "good futures": lambda: [good.submit(), good.submit()],
}


@flow
def make(kind: str):
    return MAKERS[kind]()


def describe(result):
    if isinstance(result, (list, tuple)):
        return [describe(each) for each in result]
    return f"{type(result).__name__} {getattr(result, 'name', result)}"


for kind in MAKERS:
    try:
        print(kind, "->", describe(make(kind)))
    except BaseException as error:
        print(kind, "raised", type(error).__name__, str(error))
