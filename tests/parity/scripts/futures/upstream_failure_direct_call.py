from segue import flow, task


@task
def fail():
    raise ValueError("upstream broke")


@task
def after(x):
    print("never runs")
    return x


@flow
def calls_with_future():
    future = fail.submit()
    return after(future)


@flow
def calls_with_state():
    state = fail(return_state=True)
    return after(state)


@flow
def child(x):
    return x


@flow
def subflow_gets_failed_future():
    return child(fail.submit())


for each in (calls_with_future, calls_with_state, subflow_gets_failed_future):
    try:
        print(each())
    except BaseException as error:
        print(each.name, type(error).__name__, str(error).splitlines()[0])
    state = each(return_state=True)
    print(state.type.value, state.name, state.message.splitlines()[0] if state.message else None)
