from segue import flow, task
from segue.states import Cancelled, Completed, Crashed, Failed


@task
def ok():
    return 1


@task
def bad():
    raise ValueError("bad")


def show(label, fn):
    state = flow(name=label)(fn)(return_state=True)
    print(label, state.type.value, state.name, state.message)


show("future ok", lambda: ok.submit())
show("future bad", lambda: bad.submit())
show("both", lambda: [ok.submit(), bad.submit()])
show("tuple", lambda: (ok(return_state=True), bad(return_state=True)))
show("set", lambda: {ok(return_state=True)})
show("dict", lambda: {"a": ok.submit(), "b": bad.submit()})
show("nested", lambda: [[ok.submit()], [bad.submit()]])
show("mixed with value", lambda: [ok.submit(), 5])
show("empty", lambda: [])
show("crashed", lambda: [Completed(), Crashed()])
show("cancelled", lambda: [Completed(), Cancelled()])
show("all", lambda: [Completed(), Cancelled(), Crashed(), Failed()])
show("all failed", lambda: [Failed(), Failed()])
show("failed task ignored", lambda: bad(return_state=True) and None)
show("none", lambda: None)
show("map", lambda: ok.with_options(name="m").map([]) or [ok.submit()])
