from segue import flow, task


@task
def number(x):
    return x


@task
def fails():
    raise ValueError("before the child")


@flow
def child(x: int, y: list[int] = [0]):
    return x + sum(y)


@flow
def main():
    print(child(number.submit(1), y=[number.submit(2), 3]))
    print(child(number.map([1])[0], number.map([4, 5])))
    print(number.submit(child(2)).result())
    print([child(x) for x in number.map([7, 8])])
    print(child(1, wait_for=[number.submit(0)]))
    broken = fails.submit()
    broken.wait()
    state = child(5, wait_for=[broken], return_state=True)
    print(state.type.value, state.name)


main()
