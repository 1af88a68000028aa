from segue import flow, get_client, task
from segue.artifacts import create_markdown_artifact, create_table_artifact
from segue.states import Completed, Failed
from segue.variables import Variable


@task
def check(name, rows, minimum):
    if len(rows) < minimum:
        return Failed(message=f"{name}: {len(rows)} rows of {minimum}", name="TooFewRows")
    return Completed(message=f"{name}: fine", data=len(rows))


@flow
def main():
    minimum = Variable.get("minimum_rows", default=2)
    states = [check(n, r, minimum, return_state=True) for n, r in {"orders": [1, 2, 3], "refunds": [1]}.items()]
    create_table_artifact(
        [{"check": s.message.split(":")[0], "ok": s.is_completed()} for s in states], key="checks", description="all checks"
    )
    create_markdown_artifact("\n".join(f"* {s.message}" for s in states), key="summary")
    if any(s.is_failed() for s in states):
        return Failed(message=f"{sum(s.is_failed() for s in states)} checks failed", name="QualityFailed")
    return "all fine"


state = main(return_state=True)
print(state.type.value, state.name, state.message)
Variable.set("minimum_rows", 1)
print(main())
with get_client(sync_client=True) as client:
    for run in sorted(client.read_flow_runs(), key=lambda r: r.start_time):
        print(run.state_name, run.state.message)
    print(sorted((a.key, a.type) for a in client.read_artifacts()))
    print(sorted((a.key, a.data[:30]) for a in client.read_latest_artifacts() if a.type == "markdown"))
