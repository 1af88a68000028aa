"""Artifacts are found by type, key and run, sorted, limited and deleted."""

from segue import flow, get_client
from segue.artifacts import create_markdown_artifact, create_table_artifact
from segue.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId, ArtifactFilterKey, ArtifactFilterType
from segue.client.schemas.sorting import ArtifactSort


@flow
def pipeline(name):
    create_markdown_artifact("m", key=f"{name}-m")
    create_table_artifact([{"x": 1}], key=f"{name}-t")


first = pipeline("one", return_state=True).state_details.flow_run_id
pipeline("two")
with get_client(sync_client=True) as client:

    def keys(**chosen):
        found = client.read_artifacts(artifact_filter=ArtifactFilter(**chosen), sort=ArtifactSort.KEY_ASC)
        return [artifact.key for artifact in found]

    print(keys(type=ArtifactFilterType(any_=["table"])))
    print(keys(flow_run_id=ArtifactFilterFlowRunId(any_=[first])))
    print(keys(key=ArtifactFilterKey(like_="two")))
    print([artifact.key for artifact in client.read_artifacts(sort=ArtifactSort.KEY_DESC, limit=3)])
    for artifact in client.read_artifacts(artifact_filter=ArtifactFilter(key=ArtifactFilterKey(any_=["one-m"]))):
        client.delete_artifact(artifact.id)
    print(keys(key=ArtifactFilterKey(exists_=True)))
