from segue import flow, get_client, tags, task


@task(tags=["own"])
def step():
    return 1


@flow
def child():
    with tags("inner"):
        step()


@flow
def parent():
    step()
    with tags("around"):
        child()
        step.submit().wait()


with tags("outer", "more") as current:
    print(sorted(current))
    parent()
parent.with_options(name="untagged")()
with get_client(sync_client=True) as client:
    for run in sorted(client.read_flow_runs(), key=lambda r: r.start_time):
        print(sorted(run.tags))
