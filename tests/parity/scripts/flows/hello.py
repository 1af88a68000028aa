from segue import flow, task


@task
def double(x):
    return x * 2


@flow
def hello(name: str = "world"):
    print(f"hello {name}")
    return double(4)


if __name__ == "__main__":
    print(hello("Ada"))
    print(hello.name, double.name)
    raise ValueError("the end")
