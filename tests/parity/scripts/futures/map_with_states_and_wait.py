from segue import flow, task, unmapped


@task
def square(x):
    if x == 3:
        raise ValueError("three")
    return x * x


@task
def pair(x, y):
    return x, y


@flow
def main():
    states = square.map([1, 2, 3], return_state=True)
    print(type(states).__name__, [state.name for state in states])
    print([state.result(raise_on_failure=False) if state.is_completed() else state.name for state in states])
    futures = square.map([4, 5])
    print(futures.wait(timeout=10), futures.result())
    good = square.submit(6)
    print(pair.map([1, 2], unmapped(good)).result())
    print(pair.map([good, good], [1, 2]).result())
    print(pair.map(square.map([1, 2]), unmapped(square.map([5]))).result())


main()
