import os
from pathlib import Path

from segue import flow, task
from segue.transactions import get_transaction, transaction


@task
def write_file(contents: str):
    """Writes to a file."""
    transaction = get_transaction()
    transaction.set("file", "side-effect.txt")
    with open("side-effect.txt", "w") as out:
        out.write(contents)


@write_file.on_rollback
def del_file(transaction):
    """Deletes the file."""
    print("removing", transaction.get("file"))
    os.unlink(transaction.get("file"))


@task
def quality_test():
    """Checks the file."""
    lines = Path("side-effect.txt").read_text().splitlines()
    if len(lines) < 2:
        raise ValueError("Not enough data!")


@flow
def pipeline(contents: str):
    with transaction():
        write_file(contents)
        quality_test()


@flow
def resumable(contents: str):
    with transaction(key="the-work") as txn:
        if txn.is_committed():
            print("already done")
            return "skipped"
        write_file(contents)
        quality_test()
        txn.stage("marker")
    return "worked"


state = pipeline("one line", return_state=True)
print(state.name, Path("side-effect.txt").exists())
pipeline("two\nlines")
print(Path("side-effect.txt").exists())
print(resumable("two\nlines"), resumable("two\nlines"))
