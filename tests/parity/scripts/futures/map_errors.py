from segue import flow, task, unmapped


@task
def add(x, y=0):
    return x + y


@task
def nothing():
    return None


@flow
def main():
    def attempt(label, call):
        try:
            print(label, call())
        except Exception as error:
            print(label, type(error).__name__, "-", str(error).splitlines()[0])

    attempt("lengths", lambda: add.map([1, 2, 3], [1, 2]))
    attempt("no iterable", lambda: add.map(1, 2))
    attempt("all unmapped", lambda: add.map(unmapped([1]), unmapped([2])))
    attempt("no arguments", lambda: nothing.map())
    attempt("missing", lambda: add.map())
    attempt("unknown", lambda: add.map([1], z=[2]))
    attempt("empty", lambda: add.map([]).result())
    attempt("string alone", lambda: add.map("abc", "d").result())
    attempt("dict", lambda: add.map({"a": 1, "b": 2}, "z").result())
    attempt("generator", lambda: add.map(i for i in range(3)).result())
    attempt("none", lambda: add.map(None))


main()
