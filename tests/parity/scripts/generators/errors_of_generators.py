from segue import flow, task


@task
def broken():
    yield 1
    raise ValueError("broken")


@flow
def main():
    got = []
    try:
        for each in broken():
            got.append(each)
    except ValueError as error:
        print(got, error)
    return broken.submit().state.type.value in ("PENDING", "RUNNING", "FAILED")


try:
    print(main())
except Exception as error:
    print(type(error).__name__)
