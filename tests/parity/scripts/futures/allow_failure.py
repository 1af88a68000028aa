from segue import allow_failure, flow, task


@task
def fail():
    raise ValueError("upstream broke")


@task
def good():
    return "good"


@task
def report(x, extra=None):
    return f"{x!r} {extra!r}"


@flow
def main():
    broken = fail.submit()
    print(report.submit(allow_failure(broken)).result())
    print(report(allow_failure(broken)))
    print(report(allow_failure(good.submit())))
    print(report.submit(allow_failure([broken, good.submit()])).result())
    print(report.submit(1, extra=allow_failure(broken)).result())
    print(report.submit(2, wait_for=[allow_failure(broken)]).result())
    dependent = report.submit(broken)
    print(report.submit(allow_failure(dependent)).result())
    print(allow_failure(5).unwrap(), type(allow_failure(5)).__name__)


main()
