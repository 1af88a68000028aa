import threading

from segue import flow, task


class Locked(Exception):
    def __init__(self, message, lock):
        super().__init__(message)
        self.lock = lock


class Strange(Exception):
    def __init__(self, a, b):
        super().__init__(f"{a} and {b}")


@task(persist_result=True)
def locked():
    raise Locked("with a lock", threading.Lock())


@task(persist_result=True)
def strange():
    raise Strange(1, 2)


@flow(persist_result=True)
def main():
    for step in (locked, strange):
        try:
            step()
        except Exception as error:
            print("direct", type(error).__name__, error)
        try:
            step.submit().result()
        except Exception as error:
            print("submitted", type(error).__name__, error)
        state = step(return_state=True)
        print(state.name, state.message)
    raise Strange(3, 4)


state = main(return_state=True)
print(state.name, state.message)
try:
    state.result()
except Exception as error:
    print(type(error).__name__, error)
