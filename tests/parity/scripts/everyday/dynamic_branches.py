from segue import flow, task
from segue.states import Completed, Failed


@task
def classify(n):
    return "even" if n % 2 == 0 else "odd"


@task
def handle_even(n):
    return n // 2


@task
def handle_odd(n):
    if n == 5:
        raise ValueError("five")
    return n * 3 + 1


@flow
def collatz(n, limit=6):
    steps = [n]
    while n != 1 and len(steps) < limit:
        n = handle_even(n) if classify(n) == "even" else handle_odd(n)
        steps.append(n)
    return steps


@flow
def main():
    print(collatz(6, limit=9) if False else collatz(8))
    state = collatz(10, return_state=True)
    print(state.name, state.message)
    return Completed(message="branches done", name="Branched")


state = main(return_state=True)
print(state.name, state.message)
