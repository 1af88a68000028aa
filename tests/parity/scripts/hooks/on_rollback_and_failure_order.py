from segue import flow, task
from segue.transactions import transaction


@task
def write(x):
    print("write", x)
    return x


@write.on_rollback
def undo(txn):
    print("undo", txn.get("mark", None) if hasattr(txn, "get") else None)


@write.on_commit
def keep(txn):
    print("keep")


@task(on_failure=[lambda t, r, s: print("failure hook")])
def fail():
    raise ValueError("no")


@flow(on_failure=[lambda f, r, s: print("flow failure hook")])
def main(bad):
    with transaction() as txn:
        txn.set("mark", "m")
        write(1)
        write(2)
        if bad:
            fail()
    print("after transaction")


main(False)
print(main(True, return_state=True).name)
