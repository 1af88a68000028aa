from segue import flow, get_client, task
from segue.runtime import flow_run
from segue.states import Completed, Failed, State

ids = []


@task
def check(rows):
    if rows == 0:
        return Completed(name="Nothing to do", message="no rows")
    if rows < 0:
        return Failed(name="Impossible", message="negative rows", data=rows)
    return rows


@flow
def main(rows: int):
    ids.append(flow_run.id)
    state = check(rows, return_state=True)
    print(state.type.value, state.name, state.message)
    if state.is_failed():
        return Failed(name="Gave up", message="because of the task")
    return Completed(name="All fine", data={"rows": rows})


for rows in (5, 0, -1):
    state = main(rows, return_state=True)
    print(isinstance(state, State), state.type.value, state.name, state.message)
print(main(1))
with get_client(sync_client=True) as client:
    print([client.read_flow_run(run_id).state.name for run_id in ids])
