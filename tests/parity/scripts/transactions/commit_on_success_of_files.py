from pathlib import Path

from segue import flow, task
from segue.transactions import get_transaction, transaction


@task
def write(name, text):
    Path(name).write_text(text)
    get_transaction().set("name", name)
    return name


@write.on_rollback
def remove(txn):
    Path(txn.get("name")).unlink()
    print("removed", txn.get("name"))


@write.on_commit
def publish(txn):
    print("published", txn.get("name"))


@task
def check(name):
    if "bad" in Path(name).read_text():
        raise ValueError(f"{name} is bad")


@flow
def main(text):
    with transaction():
        write("one.txt", "fine")
        check(write("two.txt", text))
    return "ok"


print(main("good"), sorted(p.name for p in Path(".").glob("*.txt")))
print(main("bad", return_state=True).name, sorted(p.name for p in Path(".").glob("*.txt")))
