import sys

from segue import flow, get_client, task
import time


@task
def inherits(x):
    print("task inherits", x)


@task(log_prints=False)
def silent():
    print("task silent")


@task(log_prints=True)
def loud():
    print("loud", end="")
    print("to stderr", file=sys.stderr)
    print("many", "args", sep="|")
    print()


@flow(log_prints=True)
def main():
    print("flow")
    inherits(1)
    inherits.submit(2).wait()
    silent()
    loud()

    def nested():
        print("nested function")

    nested()


@flow
def quiet():
    print("flow quiet")
    inherits(3)
    loud()


main()
quiet()
with get_client(sync_client=True) as client:
    wanted = []
    for _ in range(40):
        logs = client.read_logs(limit=200)
        wanted = sorted(l.message for l in logs if l.message.startswith(("flow", "task", "loud", "many", "nested", "to stderr")))
        if len(wanted) >= 8:
            break
        time.sleep(0.25)
    print(wanted)
