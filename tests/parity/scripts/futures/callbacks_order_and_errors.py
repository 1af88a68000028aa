from segue import flow, task

called = []


@task
def work(x):
    if x < 0:
        raise ValueError(x)
    return x


@flow
def main():
    future = work.submit(1)
    future.add_done_callback(lambda f: called.append(("first", f.result())))
    future.wait()
    future.add_done_callback(lambda f: called.append(("late", f.result())))
    failing = work.submit(-1)
    failing.add_done_callback(lambda f: called.append(("failed", repr(f.result(raise_on_failure=False)))))
    failing.wait()


main(return_state=True)
print(sorted(called))
