from segue import flow, task

history = []


def watch(task, task_run, state):
    history.append((state.type.value, state.name))


attempts = []


@task(retries=2, retry_delay_seconds=[0.1, 0.2], on_running=[watch], on_failure=[watch], on_completion=[watch])
def delayed():
    attempts.append(1)
    if len(attempts) < 3:
        raise ValueError("again")
    return "done"


@task(retries=1, on_running=[watch], on_failure=[watch], on_completion=[watch])
def immediate():
    raise ValueError("always")


@flow
def main():
    print(delayed())
    print(history)
    history.clear()
    print(immediate(return_state=True).name)
    print(history)


main()
