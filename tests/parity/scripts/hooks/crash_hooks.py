import sys

from segue import flow, task

calls = []


def note(label):
    return lambda thing, run, state: print(label, state.type.value, state.name, state.message)


@task(on_failure=[note("task failure")], on_completion=[note("task completion")])
def leaves():
    sys.exit(3)


@flow(on_crashed=[note("flow crashed")], on_failure=[note("flow failure")], on_completion=[note("flow completion")])
def main():
    leaves()
    print("never printed")


main()
