from segue import flow, task

order = []


@task
def step(name):
    order.append(name)
    if name.startswith("bad"):
        raise ValueError(name)
    return name


@flow
def main():
    a = step.submit("a")
    b = step.submit("b", wait_for=[a])
    c = step.submit("c", wait_for=[b])
    d = step("d", wait_for=[a, b, c])
    e = step.submit("e", wait_for=d if False else [c])
    e.wait()
    print(order)
    bad = step.submit("bad")
    after = step.submit("after", wait_for=[bad])
    after.wait()
    print(after.state.type.value, after.state.name, after.state.message.split("'")[0])
    last = step.submit("last", wait_for=[after])
    last.wait()
    print(last.state.name)
    mapped = step.map(["m1", "m2"], wait_for=[c])
    print(mapped.result())
    return [a, b, c]


print([s.type.value for s in main()])
