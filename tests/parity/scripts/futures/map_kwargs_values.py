from segue import flow, task, unmapped


@task
def plain(x, named="none"):
    return x, named


@task
def scale(x, factor=2, offset=0):
    return x * factor + offset


@flow
def main():
    print(scale.map([1, 2], factor=3).result())
    print(scale.map([1, 2], offset=[10, 20]).result())
    print(scale.map(x=[1, 2], factor=unmapped(5), offset=[1, 2]).result())
    print(scale.with_options(name="renamed").map([7]).result())
    print(plain.map([1, 2], named=["a", "b"]).result())


main()
