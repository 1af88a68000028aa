from segue import flow, task


@task
def one():
    return 1


@task
def add(x, y):
    return x + y


@task
def inspect(value):
    return type(value).__name__, value


@flow
def main():
    first = one.submit()
    second = add.submit(first, 10)
    print(second.result())
    print(add(first, second))
    print(add.submit(x=first, y=second).result())
    print(inspect([first, second, 5]))
    print(inspect({"a": first, "b": [second, {"c": first}]}))
    print(inspect((first, (second,))))
    print(inspect({first.result()}))
    print(inspect(first.wait()))
    state = one(return_state=True)
    print(add(state, 1))
    print(inspect([state]))


main()
