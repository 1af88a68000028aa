from segue import flow, task

attempts = []


@task(retries=1)
def flaky():
    attempts.append(len(attempts))
    yield "first"
    if len(attempts) == 1:
        raise ValueError("try again")
    yield "second"


@flow
def main():
    seen = []
    try:
        for value in flaky():
            seen.append(value)
    except Exception as error:
        print(type(error).__name__, error)
    print(seen, attempts)


main()
