"""A retried task that succeeds at last commits once and undoes nothing."""

from segue import flow, task

attempts = []


@task(retries=2)
def flaky():
    attempts.append(1)
    print("attempt", len(attempts))
    if len(attempts) < 3:
        raise ValueError("again")
    return "ok"


flaky.on_rollback(lambda txn: print("undo"))
flaky.on_commit(lambda txn: print("commit"))


@flow
def pipeline():
    print(flaky())
    return "left"


print(pipeline())
