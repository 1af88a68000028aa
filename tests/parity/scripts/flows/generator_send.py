from segue import flow, task


@task
def accumulate():
    total = 0
    while True:
        value = yield total
        if value is None:
            return
        total += value


@flow
def conversation():
    stream = accumulate()
    return [next(stream), stream.send(10), stream.send(5)]


stream = accumulate()
print(next(stream), stream.send(3), stream.send(4))
try:
    stream.send(None)
except StopIteration:
    print("stopped")
print(conversation())
