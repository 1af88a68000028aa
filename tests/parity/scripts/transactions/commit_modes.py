"""EAGER commits each task as it ends; LAZY waits for the outermost; OFF never does."""

from segue import flow, task
from segue.transactions import CommitMode, transaction


@task
def step():
    print("  step")


@step.on_commit
def keep(txn):
    print("  commit")


@step.on_rollback
def undo(txn):
    print("  rollback")


@flow
def run(mode, fail):
    with transaction(commit_mode=mode) as txn:
        step()
        print("  after step")
        if fail:
            raise ValueError("fail")
    print("  left in state", txn.state.name)


for mode in (None, CommitMode.LAZY, CommitMode.EAGER, CommitMode.OFF):
    for fail in (False, True):
        print(mode.name if mode else mode, "fails" if fail else "ends well")
        print("  flow", run(mode, fail, return_state=True).name)
