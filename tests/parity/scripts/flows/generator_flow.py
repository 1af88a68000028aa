from segue import flow


@flow
def numbers(n: int):
    for i in range(n):
        print("yielding", i)
        yield i
    print("body over")


@flow
def failing():
    yield 1
    raise ValueError("stopped in the middle")


for number in numbers("2"):
    print("got", number)
print(list(numbers(3)))
print(numbers.isgenerator, numbers.isasync)

stream = failing()
print(next(stream))
try:
    next(stream)
except ValueError as error:
    print("caught", error)

stream = numbers(5)
print(next(stream))
stream.close()
print("closed")
