"""The usual recipe: a task writes a file, a later check fails, the file is removed."""

import tempfile
from pathlib import Path

from segue import flow, task
from segue.transactions import transaction

folder = Path(tempfile.mkdtemp())


@task
def write_file(contents):
    (folder / "side-effect.txt").write_text(contents)


@write_file.on_rollback
def delete_file(txn):
    txn.get("path").unlink()
    print("deleted", txn.get("path").name)


@task
def quality_test():
    data = (folder / "side-effect.txt").read_text().splitlines()
    if len(data) < 2:
        raise ValueError("Not enough data!")


@flow
def pipeline(contents):
    with transaction() as txn:
        txn.set("path", folder / "side-effect.txt")
        write_file(contents)
        quality_test()


for contents in ("hello world", "hello\nworld"):
    print(pipeline(contents, return_state=True).name, [path.name for path in folder.iterdir()])
