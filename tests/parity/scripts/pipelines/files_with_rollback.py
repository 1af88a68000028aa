from pathlib import Path

from segue import flow, task
from segue.transactions import transaction


@task
def write(name: str, text: str) -> str:
    Path(name).write_text(text)
    return name


@write.on_rollback
def remove(txn):
    name = txn.get("name", None)
    print("rollback", name)
    for path in Path().glob("part-*"):
        path.unlink()


@write.on_commit
def committed(txn):
    print("commit")


@task
def check(names: list[str], limit: int) -> int:
    size = sum(len(Path(name).read_text()) for name in names)
    if size > limit:
        raise ValueError(f"{size} is more than {limit}")
    return size


@flow
def publish(limit: int) -> int:
    with transaction() as txn:
        txn.set("name", "published")
        names = [write(f"part-{number}", "x" * number) for number in range(1, 4)]
        size = check(names, limit)
    print("after", txn.state.name)
    return size


try:
    publish(3)
except ValueError as error:
    print("failed:", error)
print(sorted(path.name for path in Path().glob("part-*")))
print(publish(100))
print(sorted(path.name for path in Path().glob("part-*")))
state = publish(1, return_state=True)
print(state.type.value, state.message)
