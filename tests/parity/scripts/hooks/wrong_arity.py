from segue import flow, task


def takes_none():
    print("never")


def takes_any(*args, **kwargs):
    print("any", len(args), sorted(kwargs))


@task(on_completion=[takes_none, takes_any])
def step():
    return 1


@flow(on_completion=[takes_none, takes_any])
def main():
    return step()


print(main())
