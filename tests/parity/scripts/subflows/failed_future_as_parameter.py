from segue import flow, task


@task
def fail():
    raise ValueError("upstream broke")


@flow
def child(x):
    print("never runs")
    return x


@flow
def given_a_future():
    future = fail.submit()
    future.wait()
    return child(future)


@flow
def given_a_state():
    return child(fail(return_state=True))


@flow
def inside_a_list():
    return child([1, fail(return_state=True)])


for each in (given_a_future, given_a_state, inside_a_list):
    try:
        print(each())
    except Exception as error:
        print(each.name, type(error).__name__)
    state = each(return_state=True)
    print(state.type.value, state.name)
