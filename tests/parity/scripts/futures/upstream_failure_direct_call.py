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
    return after(fail.submit())


@flow
def calls_with_state():
    return after(fail(return_state=True))


@flow
def asks_for_the_state():
    state = after(fail.submit(), return_state=True)
    return f"{state.type.value} {state.name}"


for each in (calls_with_future, calls_with_state, asks_for_the_state):
    try:
        print(each())
    except Exception as error:
        print(each.name, type(error).__name__)
    state = each(return_state=True)
    print(state.type.value, state.name)
