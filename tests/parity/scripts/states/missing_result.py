from segue import flow, get_client, task
from segue.runtime import flow_run

ids = []


@task
def number():
    return 5


@flow
def unpersisted():
    ids.append(flow_run.id)
    return number()


@flow(persist_result=True)
def persisted():
    ids.append(flow_run.id)
    return {"answer": 42}


unpersisted()
persisted()
with get_client(sync_client=True) as client:
    for run_id in ids:
        run = client.read_flow_run(run_id)
        print(run.state.name, run.state.type.value)
        try:
            print(run.state.result())
        except Exception as error:
            print(type(error).__name__)
