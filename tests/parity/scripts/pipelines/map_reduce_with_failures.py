from segue import allow_failure, flow, task


@task
def numbers(n: int) -> list[int]:
    return list(range(n))


@task
def invert(x: int) -> float:
    return 1 / x


@task
def reduce(values: list) -> tuple[float, list[str]]:
    good = [value for value in values if not isinstance(value, Exception)]
    return round(sum(good), 3), [type(value).__name__ for value in values if isinstance(value, Exception)]


@task
def strict(values: list) -> float:
    return sum(values)


@flow
def tolerant(n: int):
    inverted = invert.map(numbers.submit(n))
    return reduce.submit(allow_failure(inverted)).result()


@flow
def intolerant(n: int):
    inverted = invert.map(numbers.submit(n))
    inverted.wait()
    total = strict.submit(inverted)
    total.wait()
    return [future.state.name for future in inverted] + [total.state.name]


@flow
def filtered(n: int):
    inverted = invert.map(numbers.submit(n))
    inverted.wait()
    good = [future for future in inverted if future.state.is_completed()]
    return strict(good)


@flow
def fails_at_the_end(n: int):
    return invert.map(numbers.submit(n))


print(tolerant(4))
print(intolerant(3))
print(filtered(4))
state = fails_at_the_end(3, return_state=True)
print(state.type.value, state.message)
states = state.result(raise_on_failure=False)
print([each.name for each in states])
try:
    fails_at_the_end(3)
except Exception as error:
    print(type(error).__name__)
try:
    invert.map([1, 2]).result()
except Exception as error:
    print(type(error).__name__)
