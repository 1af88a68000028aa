"""Results go to a saved LocalFileSystem block, to its name, or to a path."""

import tempfile
from pathlib import Path

from segue import flow, task
from segue.filesystems import LocalFileSystem

first = Path(tempfile.mkdtemp())
second = Path(tempfile.mkdtemp())
block = LocalFileSystem(basepath=str(first))
block.save("parity-results", overwrite=True)


@task(persist_result=True, result_storage=block, result_storage_key="one.bin")
def one():
    return 1


@task(persist_result=True, result_storage="local-file-system/parity-results", result_storage_key="three.bin")
def three():
    return 3


@task(result_storage=second, result_storage_key="two.bin")
def two():
    return 2


@flow
def pipeline():
    return one() + two() + three()


print(pipeline())
print(sorted(path.name for path in first.rglob("*") if path.is_file()))
print(sorted(path.name for path in second.rglob("*") if path.is_file()))
print("task two persists by itself:", two.persist_result)
print(Path(LocalFileSystem.load("parity-results").basepath) == first)
