from segue import flow, task


class Stop(BaseException):
    pass


@task
def stops():
    raise Stop("task")


@flow
def in_task():
    stops()


@flow
def in_flow():
    raise Stop("flow")


@flow
def exits():
    raise SystemExit(4)


for each in (in_task, in_flow, exits):
    try:
        print(each.name, each())
    except BaseException as error:
        print(each.name, type(error).__name__, error)
    try:
        print(each.name, each(return_state=True).type.value)
    except BaseException as error:
        print(each.name, "state", type(error).__name__, error)
