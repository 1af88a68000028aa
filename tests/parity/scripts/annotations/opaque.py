"""opaque resolves the outer future and leaves what is inside alone."""

from segue import flow, task
from segue.utilities.annotations import opaque


@task
def table():
    return {"rows": [1, 2, 3]}


@task
def count(data):
    return len(data["rows"])


@flow
def pipeline():
    future = table.submit()
    return count(opaque(future)), count.submit(opaque(future)).result(), count(opaque({"rows": []}))


print(pipeline())
