from segue import flow, task

calls = []


def note(label):
    return lambda thing, run, state: calls.append((label, state.name, type(run).__name__))


@task(retries=2, on_failure=[note("failure")], on_completion=[note("completion")], on_running=[note("running")])
def flaky():
    if len([call for call in calls if call[0] == "running"]) < 3:
        raise ValueError("again")


@flow(retries=1, on_failure=[note("flow failure")], on_completion=[note("flow completion")], on_running=[note("flow running")])
def main():
    flaky()
    if len([call for call in calls if call[0] == "flow running"]) < 2:
        raise ValueError("flow again")


main()
for call in calls:
    print(call)
