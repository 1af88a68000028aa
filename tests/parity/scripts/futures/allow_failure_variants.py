from segue import allow_failure, flow, task


@task
def fails():
    raise ValueError("upstream")


@task
def fine():
    return "fine"


@task
def collect(*values, **named):
    return [type(v).__name__ if isinstance(v, Exception) else v for v in values], sorted(named)


@task
def one(value):
    if isinstance(value, list):
        return [type(v).__name__ for v in value]
    return type(value).__name__


@flow
def main():
    bad, good = fails.submit(), fine.submit()
    print(collect(allow_failure(bad), allow_failure(good), 3))
    print(one(allow_failure(bad)))
    print(one(allow_failure([bad, good])))
    print(one.submit(allow_failure(bad)).result())
    print(one.map([allow_failure(bad), allow_failure(good)]).result())
    print(fine(wait_for=[allow_failure(bad)]))
    print(fine.submit(wait_for=[allow_failure(bad), good]).result())
    print(one(value=allow_failure(7)), repr(allow_failure(7)))
    return "ok"


print(main())
