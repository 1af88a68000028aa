from segue import flow, task
from segue.transactions import get_transaction, transaction

log = []


@task
def step(name: str, fail: bool = False) -> str:
    if fail:
        raise RuntimeError(name)
    log.append(f"did {name}")
    return name


@step.on_rollback
def undo(txn):
    log.append(f"undid {txn.get('who')}")


@step.on_commit
def keep(txn):
    log.append("kept")


@flow
def inner(fail: bool):
    with transaction() as txn:
        txn.set("who", "inner")
        step("b")
        step("c", fail=fail)
    return txn.state.name


@flow
def outer(fail: bool, tolerate: bool = False):
    with transaction() as txn:
        txn.set("who", "outer")
        step("a")
        log.append(f"around {get_transaction() is txn}")
        state = inner(fail, return_state=True)
        if not tolerate:
            state.result()
        step("d")
    return txn.state.name, state.name


print(outer(False))
print(log)
log.clear()
try:
    outer(True)
except RuntimeError as error:
    print("failed", error)
print(log)
