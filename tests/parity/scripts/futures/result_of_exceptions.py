from segue import flow, task


class Custom(Exception):
    def __init__(self, code, note):
        super().__init__(f"{code}: {note}")
        self.code = code
        self.note = note


@task
def custom():
    raise Custom(7, "seven")


@task
def chained():
    try:
        {}["key"]
    except KeyError as error:
        raise RuntimeError("outer") from error


@task
def returns_exception():
    return ValueError("just a value")


@flow
def main():
    try:
        custom.submit().result()
    except Custom as error:
        print(error.code, error.note, error)
    try:
        chained()
    except RuntimeError as error:
        print(error, "from", repr(error.__cause__))
    value = returns_exception()
    print(repr(value))
    state = custom(return_state=True)
    print(state.message)
    print(state.result(raise_on_failure=False).code)
    raise Custom(8, "at the end")


main()
