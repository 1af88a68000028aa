"""Progress is updated in place, clamped to 0..100."""

from segue import flow, get_client
from segue.artifacts import create_progress_artifact, update_progress_artifact


@flow
def pipeline():
    made = create_progress_artifact(0.0, key="loading", description="start")
    show()
    update_progress_artifact(made, 50)
    show()
    update_progress_artifact(made, progress=100.0, description="end")
    show()
    over = create_progress_artifact(150.0)
    update_progress_artifact(over, -5)
    return made != over


def show():
    with get_client(sync_client=True) as client:
        for artifact in client.read_artifacts():
            print(artifact.key, artifact.type, float(artifact.data), artifact.description)


print(pipeline())
with get_client(sync_client=True) as client:
    print(sorted(float(artifact.data) for artifact in client.read_artifacts()))
