from segue import flow, task, unmapped

order = []


@task
def step(name):
    order.append(name)
    return name


@flow
def main():
    a = step.submit("a")
    state = step("b", return_state=True)
    mapped = step.map(["c", "d"])
    step.submit("list", wait_for=[a, state, mapped]).wait()
    step.submit("tuple", wait_for=(a,)).wait()
    step.submit("dict", wait_for={"x": a}).wait()
    step.submit("nothing", wait_for=[]).wait()
    step.submit("none", wait_for=None).wait()
    step.submit("values", wait_for=[1, "text", None]).wait()
    step("direct", wait_for=[mapped])
    print(step.map(["m"], wait_for=[mapped]).result())
    print(sorted(order))


main()
