from segue import flow, task


@task
def numbers(n):
    for i in range(n):
        yield i
    return "the end"


@flow
def stream(n):
    for i in range(n):
        yield i * 10


@task
def total(values):
    return sum(values)


@flow
def main():
    for number in numbers(5):
        if number == 2:
            break
    print("stopped at", number)
    print(list(numbers(3)))
    future = numbers.submit(3)
    print(future.result(), total.submit(numbers.submit(3)).result())
    print(list(stream(2)))
    it = numbers(3)
    print(next(it), next(it), next(it))
    try:
        next(it)
    except StopIteration as stop:
        print("StopIteration", stop.value)
    return "ok"


print(main())
gen = stream(3)
print(type(gen).__name__, next(gen), list(gen))
