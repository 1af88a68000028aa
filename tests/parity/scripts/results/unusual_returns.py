from segue import flow, task


class Odd:
    def __eq__(self, other):
        raise RuntimeError("compared")

    def __bool__(self):
        raise RuntimeError("asked for truth")

    def __repr__(self):
        return "Odd()"


@task
def give(kind):
    return {
        "none": None,
        "exception": ValueError("as a value"),
        "class": ValueError,
        "lambda": (lambda: 5),
        "odd": Odd(),
        "generator": (i for i in range(3)),
        "ellipsis": ...,
        "empty": [],
        "type": int,
        "bytes": b"\x00",
    }[kind]


@flow
def main():
    for kind in ("none", "exception", "class", "lambda", "odd", "generator", "ellipsis", "empty", "type", "bytes"):
        direct = give(kind)
        state = give(kind, return_state=True)
        submitted = give.submit(kind).result()
        print(kind, type(direct).__name__ if kind != "generator" else "", state.name, type(state.result()).__name__, type(submitted).__name__)
    return ValueError("flow value")


state = main(return_state=True)
print(state.name, repr(state.result()))
print(repr(main()))
