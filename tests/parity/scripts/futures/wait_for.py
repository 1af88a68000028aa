from segue import flow, task

order = []


@task
def note(name):
    order.append(name)
    return name


@task
def slow_note(name):
    import time

    time.sleep(0.2)
    order.append(name)
    return name


@flow
def main():
    first = slow_note.submit("first")
    second = note.submit("second", wait_for=[first])
    third = slow_note.submit("third", wait_for=[second])
    fourth = note("fourth", wait_for=[third])
    note.submit("fifth", wait_for=[third, fourth, 7]).wait()
    mapped = note.map(["a"], wait_for=[slow_note.submit("sixth")])
    mapped.wait()
    print(order)


@flow
def child(name):
    order.append(name)


@flow
def parent():
    future = slow_note.submit("before")
    child("after", wait_for=[future])
    print(order[-2:])


main()
parent()
