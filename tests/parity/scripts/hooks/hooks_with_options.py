import functools

from segue import flow, task

calls = []


def plain(task, task_run, state):
    calls.append("plain")


def other(task, task_run, state):
    calls.append("other")


def configured(task, task_run, state, channel):
    calls.append(f"configured {channel}")


class Callable:
    def __call__(self, task, task_run, state):
        calls.append("callable object")


@task(on_completion=[plain])
def step():
    return 1


@flow
def main():
    step()
    step.with_options(on_completion=[other])()
    step.with_options(on_completion=[])()
    step.with_options(on_completion=None)()
    step.with_options(name="renamed")()
    step.with_options(on_completion=[functools.partial(configured, channel="a"), Callable()])()
    return calls


print(main())


@flow(on_completion=[lambda flow, run, state: calls.append("lambda")])
def child():
    pass


@flow(on_completion=[plain])
def parent():
    child()


calls.clear()
parent()
print(calls)
