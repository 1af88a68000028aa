from segue import flow, task


class Custom(Exception):
    def __init__(self, code, *, detail):
        super().__init__(f"code {code}")
        self.code = code
        self.detail = detail


@task
def fails():
    try:
        {}["missing"]
    except KeyError as error:
        raise Custom(5, detail=[1]) from error


@flow
def child():
    fails()


@flow
def main():
    try:
        child()
    except Custom as error:
        print(error, error.code, error.detail, type(error.__cause__).__name__)
    future = fails.submit()
    try:
        future.result()
    except Custom as error:
        print(error.code, type(error.__cause__).__name__)
    state = fails(return_state=True)
    error = state.result(raise_on_failure=False)
    print(error.code, error.detail)
    raise Custom(7, detail=None)


state = main(return_state=True)
print(state.message)
try:
    main()
except Custom as error:
    print("outside", error.code)
