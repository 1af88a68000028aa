from segue import flow, task
from segue.futures import SegueFuture


@task
def double(x):
    return x * 2


@task
def fail(x):
    raise ValueError(f"failed on {x}")


@flow
def main():
    future = double.submit(4)
    print(isinstance(future, SegueFuture))
    print(future.result(), future.state.name, future.state.is_completed())
    print(type(future.task_run_id).__name__)
    print(future.wait())
    print(double.submit(x=5).result(timeout=10))

    broken = fail.submit(1)
    broken.wait()
    print(broken.state.name, broken.state.message)
    print(repr(broken.result(raise_on_failure=False)))
    try:
        broken.result()
    except ValueError as error:
        print("raised", error)

    state = double.submit(6, return_state=True)
    print(type(state).__name__, state.name, state.result())
    return "over"


print(main())
