from segue import flow, task


@task
def show(a, b=None):
    return (a, b)


@flow
def main():
    for name, value in {
        "generator": (i for i in range(2)),
        "set": {4},
        "bytes": b"ab",
        "string": "ab",
        "range": range(2),
        "dict keys": {"x": 1}.keys(),
        "zip": zip([1, 2], [3, 4]),
        "map": map(str, [1, 2]),
        "nested": [[1, 2], [3]],
    }.items():
        try:
            print(name, show.map(value, b=[0, 1] if name in ("bytes", "string") else None).result())
        except Exception as error:
            print(name, type(error).__name__, str(error)[:100])


main()
