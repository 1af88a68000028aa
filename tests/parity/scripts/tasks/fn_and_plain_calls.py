from segue import flow, task


@task
def add(x, y):
    return x + y


@flow
def total(values: list[int]):
    result = 0
    for value in values:
        result = add(result, value)
    return result


print(add.fn(1, 2))
print(total.fn([1, 2, 3]))
print(total(["1", "2"]))
print(list(map(add.fn, [1, 2], [3, 4])))
print(add(*[1, 2]), add(**{"x": 3, "y": 4}), add(x=5, y=6))
print(sorted([3, 1, 2], key=lambda v: add.fn(v, 0)))
print(callable(add), callable(total))
