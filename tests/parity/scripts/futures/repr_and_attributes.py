import uuid

from segue import flow, task
from segue.futures import SegueConcurrentFuture, SegueFuture


@task
def one():
    return 1


@flow
def main():
    future = one.submit()
    print(isinstance(future, SegueFuture), isinstance(future, SegueConcurrentFuture), type(future).__name__)
    print(isinstance(future.task_run_id, uuid.UUID))
    future.wait()
    print(future.state.name, future.state.result())
    print(hash(future) == hash(future), future == future)
    seen = []
    future.add_done_callback(lambda f: seen.append(f.result()))
    print(seen)
    state = one.submit(return_state=True)
    print(type(state).__name__, state.name, state.result())
    states = one.map([], return_state=True) if False else []
    print(states)


main()
