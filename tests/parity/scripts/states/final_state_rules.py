from segue import flow, task
from segue.states import Completed, Failed


@task
def good():
    return "good"


@task
def bad():
    raise ValueError("bad task")


@flow
def returns_value():
    return 42


@flow
def returns_nothing():
    pass


@flow
def raises():
    raise RuntimeError("body")


@flow
def failed_task_is_not_seen():
    bad.submit()


@flow
def failed_task_but_value():
    bad(return_state=True)
    return "fine"


@flow
def failed_task_raises():
    bad()


@flow
def returns_failed_state():
    return Failed(message="on purpose")


@flow
def returns_named_state():
    return Completed(message="skipped today", name="Skipped")


@flow
def returns_states():
    return [good(return_state=True), bad(return_state=True), good(return_state=True)]


@flow
def returns_good_states():
    return good(return_state=True), good(return_state=True)


@flow
def returns_future():
    return bad.submit()


@flow
def returns_futures():
    return [good.submit(), bad.submit()]


@flow
def returns_good_future():
    return good.submit()


@flow
def returns_dict_of_futures():
    return {"a": good.submit(), "b": 2}


for each in (
    returns_value,
    returns_nothing,
    raises,
    failed_task_is_not_seen,
    failed_task_but_value,
    failed_task_raises,
    returns_failed_state,
    returns_named_state,
    returns_states,
    returns_good_states,
    returns_future,
    returns_futures,
    returns_good_future,
    returns_dict_of_futures,
):
    state = each(return_state=True)
    print(each.name, state.type.value, state.name, repr(state.message))
