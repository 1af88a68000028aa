from segue import allow_failure, flow, task


@task
def invert(x):
    return 1 / x


@task
def show(x):
    return repr(x)


@flow
def main():
    futures = invert.map([1, 0, 2])
    futures.wait()
    print([future.state.name for future in futures])
    print(futures.result(raise_on_failure=False))
    try:
        futures.result()
    except ZeroDivisionError as error:
        print("raised", error)
    shown = show.map(futures)
    shown.wait()
    print([future.state.name for future in shown])
    print(show.map(allow_failure(futures)).result())
    print([state.name for state in invert.map([4, 0], return_state=True)])
    return futures


state = main(return_state=True)
print(state.name, state.message)
