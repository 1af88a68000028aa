from segue import flow, get_client, task
from segue.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from segue.client.schemas.filters import ArtifactFilter, ArtifactFilterKey
from segue.client.schemas.sorting import ArtifactSort


@task
def step(number: int, of: int, progress_id) -> int:
    update_progress_artifact(artifact_id=progress_id, progress=100 * number / of)
    return number * number


@task
def report(rows: list[int]):
    create_table_artifact(
        key="squares", table=[{"n": n, "square": square} for n, square in enumerate(rows, 1)], description="**All**"
    )
    return create_markdown_artifact(key="summary", markdown=f"# {sum(rows)}\n\nin {len(rows)} steps")


@flow
def work(steps: int):
    progress = create_progress_artifact(key="squares-done", progress=0.0, description="how far")
    rows = [step(number, steps, progress) for number in range(1, steps + 1)]
    report(rows)
    return sum(rows)


print(work(4))
with get_client(sync_client=True) as client:
    for artifact in client.read_artifacts(sort=ArtifactSort.KEY_ASC):
        if artifact.key is None:
            continue
        print(artifact.key, artifact.type, repr(artifact.data), artifact.description)
        print("  ", artifact.flow_run_id is not None, artifact.task_run_id is not None)
    found = client.read_artifacts(artifact_filter=ArtifactFilter(key=ArtifactFilterKey(like_="squares%")))
    print(sorted(artifact.key for artifact in found))
