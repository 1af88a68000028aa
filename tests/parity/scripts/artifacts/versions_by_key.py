"""A key collects versions; get gives the latest, the collection its summary."""

from segue import flow, get_client
from segue.artifacts import Artifact, create_markdown_artifact
from segue.client.schemas.filters import ArtifactFilter, ArtifactFilterKey


@flow
def pipeline(text):
    return create_markdown_artifact(text, key="daily-report")


ids = [pipeline(text) for text in ("one", "two", "three")]
latest = Artifact.get("daily-report")
print(latest.data, latest.id == ids[-1], latest.key, latest.type)
print(Artifact.get("no-such-key"))
with get_client(sync_client=True) as client:
    chosen = ArtifactFilter(key=ArtifactFilterKey(any_=["daily-report"]))
    print(sorted(artifact.data for artifact in client.read_artifacts(artifact_filter=chosen)))
    collections = client.read_latest_artifacts()
    print([(one.key, one.data, one.latest_id == ids[-1]) for one in collections])
