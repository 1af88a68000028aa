from segue import flow, task
from segue.futures import SegueFutureList, resolve_futures_to_states, as_completed, wait


@task
def double(x):
    if x == 3:
        raise ValueError("three")
    return x * 2


@flow
def main():
    futures = double.map([1, 2])
    print(isinstance(futures, list), isinstance(futures, SegueFutureList), futures.wait(), futures.result())
    print([f.state.name for f in futures], futures[0].result(), len(futures[:1]))
    failing = double.map([1, 3])
    try:
        failing.result()
    except ValueError as error:
        print("raised", error)
    print(failing.result(raise_on_failure=False))
    print(failing.result(timeout=5, raise_on_failure=False))
    made = SegueFutureList([double.submit(5), double.submit(6)])
    print(made.result())
    print(resolve_futures_to_states({"a": futures})["a"][0].name)
    print(sorted(f.result() for f in as_completed(futures)))
    done, not_done = wait(futures)
    print(len(done), len(not_done))
    return "ok"


print(main())
