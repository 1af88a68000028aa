import time

from segue import flow, task

starts = {}


def tick(name):
    starts.setdefault(name, []).append(time.monotonic())
    raise ValueError(name)


@task(retries=2, retry_delay_seconds=0.4)
def number():
    tick("number")


@task(retries=3, retry_delay_seconds=[0.1, 0.6])
def listed():
    tick("listed")


@task(retries=2, retry_delay_seconds=lambda retries: [0.3] * retries)
def computed():
    tick("computed")


@task(retries=2)
def none():
    tick("none")


WANTED = {"number": [0.4, 0.4], "listed": [0.1, 0.6, 0.6], "computed": [0.3, 0.3], "none": [0, 0]}


@flow
def main():
    for each in (number, listed, computed, none):
        each(return_state=True)
    for name, times in starts.items():
        gaps = [later - earlier for earlier, later in zip(times, times[1:])]
        print(name, len(times), [wanted <= gap < wanted + 0.4 for gap, wanted in zip(gaps, WANTED[name])])


main()
