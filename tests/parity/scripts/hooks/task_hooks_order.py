from segue import flow, task

calls = []


def hook(label):
    def called(task, task_run, state):
        calls.append((label, task.name, type(task_run).__name__, state.name))

    return called


@task(
    on_running=[hook("running 1"), hook("running 2")],
    on_completion=[hook("completion 1"), hook("completion 2")],
    on_failure=[hook("failure")],
)
def work(x):
    calls.append(("body", x))
    if x < 0:
        raise ValueError("negative")
    return x


@work.on_completion
def third(task, task_run, state):
    calls.append(("completion 3", state.result()))


@work.on_failure
def failure_second(task, task_run, state):
    calls.append(("failure 2", state.message))


@work.on_running
def running_third(task, task_run, state):
    calls.append(("running 3", state.type.value))


@flow
def main():
    work(1)
    for call in calls:
        print(call)
    calls.clear()
    work(-1, return_state=True)
    for call in calls:
        print(call)
    calls.clear()
    work.submit(2).wait()
    print(len(calls))
    print(third.__name__, len(work.on_completion_hooks), len(work.on_failure_hooks), len(work.on_running_hooks))


main()
