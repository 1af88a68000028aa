from segue import flow, task


@task
def checks(x):
    assert x > 0
    return x


@task
def empty():
    raise ValueError


@task
def multiline():
    raise ValueError("first line\nsecond line")


@flow
def main():
    for each in (lambda: checks(0, return_state=True), lambda: empty(return_state=True), lambda: multiline(return_state=True)):
        print(repr(each().message))
    raise AssertionError


state = main(return_state=True)
print(repr(state.message))
