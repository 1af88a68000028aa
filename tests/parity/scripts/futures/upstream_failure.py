from segue import flow, task


@task
def fail():
    raise ValueError("upstream broke")


@task
def after(x):
    print("never runs")
    return x


@flow
def main():
    failed = fail.submit()
    dependent = after.submit(failed)
    dependent.wait()
    print(dependent.state.type.value, dependent.state.name)
    print([part.strip() for part in dependent.state.message.split("'")[::2]])
    try:
        dependent.result()
    except Exception as error:
        print(type(error).__name__, error)
    try:
        dependent.result(raise_on_failure=False)
    except Exception as error:
        print(type(error).__name__, error)

    further = after.submit(dependent)
    further.wait()
    print(further.state.type.value, further.state.name)

    nested = after.submit([1, {"deep": failed}])
    nested.wait()
    print(nested.state.name)

    ordered = after.submit(3, wait_for=[failed])
    ordered.wait()
    print(ordered.state.name)
    return "flow ends well"


state = main(return_state=True)
print(state.name, state.result())
