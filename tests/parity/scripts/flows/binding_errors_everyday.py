from segue import flow, task


@flow
def f(a, b=2, *, c):
    return a, b, c


@task
def t(a, *, b=1):
    return a, b


@flow
def main():
    for call in (
        lambda: f(1, c=3), lambda: f(), lambda: f(1), lambda: f(1, 2, 3), lambda: f(1, c=1, d=2), lambda: f(1, a=2, c=3),
        lambda: t(), lambda: t(1, 2), lambda: t(1, c=2), lambda: t.submit(), lambda: t.map(), lambda: t.map([1], c=[1]),
    ):
        try:
            print(call())
        except Exception as error:
            print(type(error).__name__, error)


main()
