"""A value that a run returned and that is passed on counts as an input from that run, as a future or a state of it does."""

import time

from segue import allow_failure, flow, get_client, task
from segue.utilities.annotations import quote


class Thing:
    pass


@task
def make():
    return Thing()


@task
def rows():
    return [1, 2]


@flow
def sub():
    return Thing()


@task
def take(x, y=None):
    return x


def named(name):
    return take.with_options(task_run_name=name)


@flow
def main():
    thing, listed, future, state = make(), rows(), make.submit(), make(return_state=True)
    named("direct")(thing)
    named("listed")(listed)
    named("inside")([thing], {"k": future})
    named("future")([future, (future,)])
    named("state")(state)
    named("result")(future.result())
    named("waits")(1, wait_for=[future])
    named("quoted")(quote([future]))
    named("allowed")(allow_failure(future), thing)
    named("submitted").submit(thing).wait()
    named("another")(Thing(), [3, 4])
    sub_thing = sub()
    named("of subflow")(sub_thing)


main()
with get_client(sync_client=True) as client:
    for _ in range(100):
        runs = [run for run in client.read_task_runs(limit=200) if run.state and run.state.is_final()]
        if len(runs) >= 17:
            break
        time.sleep(0.1)
    known = {run.id: run.name.rsplit("-", 1)[0] for run in runs}
    for run in sorted(runs, key=lambda run: run.name):
        if run.name.rsplit("-", 1)[0] not in ("make", "rows", "sub"):
            print(run.name, {key: len(value) for key, value in sorted(run.task_inputs.items())})
            print("   ", sorted({known.get(one.id, "sub") for value in run.task_inputs.values() for one in value}))
