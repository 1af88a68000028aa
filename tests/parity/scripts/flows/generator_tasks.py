from segue import flow, task


@task
def chunks(n):
    for i in range(n):
        yield i * 10


@task
def total(values):
    return sum(values)


@task
def broken():
    yield "one"
    raise RuntimeError("no more")


@flow
def pipeline():
    seen = [value for value in chunks(3)]
    print("called", seen)
    future = chunks.submit(4)
    print("submitted", future.result())
    print("downstream", total(chunks.submit(3)))
    try:
        for value in broken():
            print("value", value)
    except RuntimeError as error:
        print("task raised", error)
    state = chunks(2, return_state=True)
    print(type(state).__name__)


pipeline()
