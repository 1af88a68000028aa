from functools import partial

from segue import flow, task


class Notifier:
    def __init__(self, name):
        self.name = name

    def __call__(self, thing, run, state):
        print("object", self.name, thing.name, state.name)

    def method(self, thing, run, state):
        print("method", self.name, thing.name, state.name)

    @classmethod
    def of_class(cls, thing, run, state):
        print("class", cls.__name__, thing.name, state.name)

    @staticmethod
    def static(thing, run, state):
        print("static", thing.name, state.name)


def with_extra(thing, run, state, channel):
    print("partial", channel, thing.name, state.name)


note = Notifier("n")
hooks = [note, note.method, Notifier.of_class, Notifier.static, partial(with_extra, channel="#ops")]


@task(on_completion=hooks)
def step():
    return 1


@flow(on_completion=hooks)
def main():
    step()


try:
    main()
except Exception as error:
    print(type(error).__name__, error)
