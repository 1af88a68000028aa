from segue import flow, task, unmapped


@task
def pair(a, b=0, c=0):
    return (a, b, c)


@flow
def main():
    for label, call in {
        "lengths": lambda: pair.map([1, 2], [1, 2, 3]),
        "none": lambda: pair.map(1, b=2),
        "empty": lambda: pair.map([]),
        "empty and full": lambda: pair.map([], b=[1]),
        "string": lambda: pair.map("ab"),
        "dict": lambda: pair.map({"x": 1, "y": 2}),
        "range": lambda: pair.map(range(3)),
        "generator": lambda: pair.map(n for n in range(2)),
        "set": lambda: pair.map({5}),
        "unmapped only": lambda: pair.map(unmapped([1, 2])),
        "mixed": lambda: pair.map([1, 2], b=unmapped([3, 4]), c="z"),
        "bytes": lambda: pair.map([1], b=b"xy"),
        "missing": lambda: pair.map(b=[1]),
    }.items():
        try:
            futures = call()
            print(label, type(futures).__name__, len(futures), futures.result())
        except Exception as error:
            print(label, type(error).__name__, error)


main()
