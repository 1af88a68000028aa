from segue import flow, task


@task
def inherits():
    print("from a task that inherits")


@task(log_prints=False)
def refuses():
    print("from a task that refuses")


@task(log_prints=True)
def captures():
    print("from a task that captures")


@flow(log_prints=True)
def captured():
    print("from a captured flow")
    inherits()
    refuses()
    captures()
    uncaptured()


@flow
def uncaptured():
    print("from a subflow without a choice")


@flow(log_prints=False)
def plain():
    print("from a plain flow")
    inherits()
    captures()
    print("several", 1, 2, sep="-", end="!\n")


plain()
captured()
print("outside")
