from segue import flow, task


@task
def fail():
    raise ValueError("upstream broke")


@task
def after(x):
    return x


@flow
def returns_not_ready():
    return after.submit(fail.submit())


@flow
def returns_all():
    failed = fail.submit()
    return [failed, after.submit(failed), after.submit(1)]


for each in (returns_not_ready, returns_all):
    state = each(return_state=True)
    print(state.type.value, state.name, state.message)
