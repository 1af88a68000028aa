from segue import flow, task


@task
def half(x):
    return 10 / x


@flow
def main():
    states = half.map([1, 0, 2], return_state=True)
    print(type(states).__name__, [s.name for s in states])
    print([s.result(raise_on_failure=False) if s.is_completed() else type(s.result(raise_on_failure=False)).__name__ for s in states])
    print(states[1].message)
    again = half.map([s for s in states if s.is_completed()])
    print(again.result())


main()
