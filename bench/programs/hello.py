"""The smallest flow: one task."""

from segue import flow, task


@task
def greet(name):
    return f"Hello, {name}!"


@flow
def hello(name="world"):
    return greet(name)


if __name__ == "__main__":
    hello()
