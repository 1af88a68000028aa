from segue import flow, task
from segue.transactions import transaction


@task
def step(name):
    print("run", name)
    return name


@step.on_rollback
def undo(txn):
    print("undo")


@step.on_commit
def keep(txn):
    print("keep")


@flow
def main():
    try:
        with transaction() as outer:
            step("outer")
            try:
                with transaction() as inner:
                    step("inner")
                    raise ValueError("inner fails")
            except ValueError as error:
                print("caught", error, inner.state.name)
            step("after")
    except Exception as error:
        print(type(error).__name__)
    print(outer.state.name)
    return "done"


print(main())
