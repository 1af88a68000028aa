from segue import flow, task
from segue.states import Failed

asked = []


def only_timeouts(task, task_run, state):
    asked.append((task.name, task_run.run_count, state.type.value))
    try:
        state.result()
    except TimeoutError:
        return True
    except Exception:
        return False
    return True


@task(retries=3, retry_condition_fn=only_timeouts)
def raises(kind):
    raise kind("no")


@task(retries=2, retry_condition_fn=lambda task, run, state: state.message is not None and "again" in state.message)
def returns(message):
    return Failed(message=message)


def broken(task, task_run, state):
    raise RuntimeError("condition is broken")


@task(retries=3, retry_condition_fn=broken)
def with_broken():
    raise ValueError("boom")


@flow
def main():
    print(raises(TimeoutError, return_state=True).name)
    print(raises(KeyError, return_state=True).name)
    print(returns("again please", return_state=True).message)
    print(returns("stop", return_state=True).message)
    state = with_broken(return_state=True)
    print(state.name, type(state.result(raise_on_failure=False)).__name__)
    return "end"


print(main())
for each in asked:
    print(each)
