from segue import flow, task


@task
def double(x):
    return x * 2


print(double(2))
print(double(2, return_state=True).name)
try:
    future = double.submit(3)
    print(future.result())
except Exception as error:
    print(type(error).__name__)


@task
def outer():
    return double.submit(5).result(), double.map([1, 2]).result(), double(7)


try:
    outer()
except Exception as error:
    print(type(error).__name__)


@flow
def main():
    return outer()


print(main())
