"""Rollback hooks run in reverse of the order of the tasks; commit hooks in order."""

from segue import flow, task
from segue.transactions import transaction


def make(name):
    @task(name=name)
    def step(fail=False):
        print(name)
        if fail:
            raise ValueError(f"{name} fails")

    for kind in ("a", "b"):
        step.on_rollback(lambda txn, kind=kind: print("rollback", name, kind))
        step.on_commit(lambda txn, kind=kind: print("commit", name, kind))
    return step


one, two, three = make("one"), make("two"), make("three")


@flow
def pipeline(fail):
    with transaction():
        one()
        two()
        three(fail)


pipeline(fail=False)
print(pipeline(fail=True, return_state=True).message)
