from segue import flow, task
from segue.runtime import task_run


@task(task_run_name="inner")
def inner():
    return task_run.name


@task(task_run_name="outer")
def outer():
    before = task_run.name
    within = inner()
    return before, within, task_run.name


@task
def catches():
    try:
        fails()
    except ValueError as error:
        return f"caught {error}"


@task
def fails():
    raise ValueError("inside")


@task
def calls_flow():
    return small_flow(5)


@flow
def small_flow(x: int):
    return x * 10


@flow
def main():
    print(outer())
    print(outer.submit().result())
    print(catches())
    print(calls_flow())
    print(calls_flow.submit().result())


main()
print(outer())
