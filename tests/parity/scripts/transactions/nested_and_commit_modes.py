from segue import flow, task
from segue.transactions import CommitMode, get_transaction, transaction


@task
def step(name, fail=False):
    if fail:
        raise ValueError(name)
    print("run", name)
    return name


@step.on_rollback
def undo(txn):
    print("undo", txn.state.name)


@step.on_commit
def keep(txn):
    print("keep", txn.state.name)


@flow
def main(mode, fail):
    with transaction(commit_mode=mode) as outer:
        step("a")
        with transaction() as inner:
            print("inner parent", inner.get_parent() is outer, inner.commit_mode.name if inner.commit_mode else None)
            step("b")
        print("inner", inner.state.name)
        if fail:
            step("c", fail=True)
    print("outer", outer.state.name)


for mode in (None, CommitMode.LAZY, CommitMode.EAGER, CommitMode.OFF):
    for fail in (False, True):
        print("==", mode.name if mode else None, fail)
        main(mode, fail, return_state=True)
print(get_transaction())
