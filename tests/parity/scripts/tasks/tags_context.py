from segue import flow, get_client, tags, task
from segue.runtime import flow_run, task_run


@task(tags=["task"])
def step():
    return sorted(task_run.tags)


@flow
def child():
    return sorted(flow_run.tags)


@flow
def main():
    print(sorted(flow_run.tags), step(), child())
    with tags("a", "b") as current:
        print(sorted(current), step(), child())
        with tags("c"):
            print(step(), step.submit().result(), step.map.__name__)
        print(step())
    print(step(), child())
    return flow_run.id


with tags("run"):
    run_id = main()
with get_client(sync_client=True) as client:
    print(sorted(client.read_flow_run(run_id).tags))
