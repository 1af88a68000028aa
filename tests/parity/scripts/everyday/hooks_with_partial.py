from functools import partial

from segue import flow, task
from segue.runtime import flow_run as runtime_flow_run


def notify(obj, run, state, channel=None, urgent=False):
    print(obj.name, state.name, channel, urgent, type(state.result(raise_on_failure=False)).__name__)


class Recorder:
    def __init__(self):
        self.states = []

    def __call__(self, obj, run, state):
        self.states.append(state.name)

    def method(self, obj, run, state):
        self.states.append(f"method {state.name}")


recorder = Recorder()


@task(on_failure=[partial(notify, channel="#tasks")], on_completion=[recorder, recorder.method], on_running=[recorder])
def work(x):
    return 10 / x


@flow(
    on_failure=[partial(notify, channel="#flows", urgent=True)],
    on_completion=[lambda flow, run, state: print("lambda", run.name == runtime_flow_run.name)],
)
def main(x):
    return work(x)


main(5)
main(0, return_state=True)
print(recorder.states)


@main.on_completion
async def async_hook(flow, flow_run, state):
    print("async", flow_run.state_name if flow_run.state_name else None)


main(2)
print([getattr(hook, "__name__", type(hook).__name__) for hook in main.on_completion_hooks])
