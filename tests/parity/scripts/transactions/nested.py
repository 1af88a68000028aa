"""A child waits for its parent; a failure inside rolls the whole family back."""

from segue import flow, task
from segue.transactions import CommitMode, transaction


def make(name):
    @task(name=name)
    def step():
        print("  step", name)

    step.on_commit(lambda txn: print("  commit", name))
    step.on_rollback(lambda txn: print("  rollback", name))
    return step


@flow
def lazy(fail):
    with transaction() as outer:
        make("a")()
        with transaction() as inner:
            make("b")()
        print("  inner", inner.state.name)
        make("c")()
        if fail:
            raise ValueError("fail")
    print("  end", outer.state.name, inner.state.name)


@flow
def eager_child():
    with transaction():
        make("a")()
        with transaction(commit_mode=CommitMode.EAGER):
            make("b")()
        raise ValueError("fail")


print("well", lazy(False, return_state=True).name)
print("fail", lazy(True, return_state=True).name)
print("eager child", eager_child(return_state=True).name)
