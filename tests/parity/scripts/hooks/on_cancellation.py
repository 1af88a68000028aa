from segue import flow
from segue.states import Cancelled


def note(label):
    return lambda flow, run, state: print(label, state.type.value, state.name, state.message)


@flow(on_cancellation=[note("cancellation")], on_failure=[note("failure")], on_completion=[note("completion")])
def gives_up():
    return Cancelled(message="gave up")


@gives_up.on_cancellation
def second(flow, flow_run, state):
    print("second", flow_run.name is not None)


print(gives_up(return_state=True).name)
try:
    gives_up()
except Exception as error:
    print(type(error).__name__, error)
