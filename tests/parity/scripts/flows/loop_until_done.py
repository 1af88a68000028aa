from segue import flow, task


@task
def poll(attempt):
    return "ready" if attempt >= 3 else "waiting"


@task
def collatz(n):
    return n // 2 if n % 2 == 0 else 3 * n + 1


@flow
def wait_until_ready():
    attempt = 0
    while poll(attempt) != "ready":
        attempt += 1
    return attempt


@flow
def path_to_one(n: int):
    steps = [n]
    while steps[-1] != 1:
        steps.append(collatz(steps[-1]))
    match steps:
        case [first, *_, last]:
            return f"{first} to {last} in {len(steps) - 1}"


@flow
def branch(kind: str):
    if kind == "twice":
        return [collatz(n) for n in (1, 2)]
    return {n: collatz(n) for n in (1, 2)}


print(wait_until_ready())
print(path_to_one(6))
print(branch("twice"), branch("other"))
