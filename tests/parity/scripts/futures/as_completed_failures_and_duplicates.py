from segue import flow, task
from segue.futures import as_completed, wait


@task
def work(x):
    if x == 2:
        raise ValueError("two")
    return x


@flow
def main():
    a, b, c = (work.submit(x) for x in (1, 2, 3))
    results = [f.result(raise_on_failure=False) for f in as_completed([a, b, c, a])]
    print(sorted(repr(r) for r in results))
    done, not_done = wait([a, b, c])
    print(len(done), len(not_done), type(done).__name__)
    out = []
    for future in as_completed([b]):
        try:
            future.result()
        except ValueError as error:
            out.append(str(error))
        out.append(type(future.result(raise_on_failure=False)).__name__)
    print(out)
    return "fine"


print(main())
