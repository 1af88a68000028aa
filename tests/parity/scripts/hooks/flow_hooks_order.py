from segue import flow

calls = []


def hook(label):
    def called(flow, flow_run, state):
        calls.append((label, flow.name, type(flow_run).__name__, state.type.value, state.name))

    return called


@flow(
    on_running=[hook("running")],
    on_completion=[hook("completion 1"), hook("completion 2")],
    on_failure=[hook("failure")],
    on_crashed=[hook("crashed")],
    on_cancellation=[hook("cancellation")],
)
def work(x: int = 0):
    calls.append(("body", x))
    if x < 0:
        raise ValueError("negative")
    return x


@work.on_completion
def third(flow, flow_run, state):
    calls.append(("completion 3", flow_run.name == state.state_details.flow_run_id, sorted(flow_run.parameters)))


@work.on_failure
def other(flow, flow_run, state):
    calls.append(("failure 2", state.message))


@work.on_running
def started(flow, flow_run, state):
    calls.append(("running 2",))


work(1)
for call in calls:
    print(call)
calls.clear()
work(-1, return_state=True)
for call in calls:
    print(call)
calls.clear()
work("not a number", return_state=True)
for call in calls:
    print(call[:1] + call[-1:])
