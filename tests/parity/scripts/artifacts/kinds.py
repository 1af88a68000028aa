"""Each kind of artifact is stored with its type, key, description and data."""

import json

from segue import flow, get_client, task
from segue.artifacts import (
    create_image_artifact,
    create_link_artifact,
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
)


@task
def in_task():
    create_markdown_artifact("# Title", key="report", description="made in a task")


@flow
def pipeline():
    create_link_artifact("https://example.com/a", link_text="the data", key="linked")
    create_link_artifact("https://example.com/b", key="bare-link")
    create_table_artifact([{"a": 1, "b": float("nan")}, {"a": 2, "b": 3.5}], key="rows", description="two rows")
    create_table_artifact({"a": [1, 2]}, key="columns")
    create_table_artifact([["x", "y"], [1, 2]], key="lists")
    create_progress_artifact(12.5, key="progress")
    create_image_artifact("https://example.com/i.png", key="picture")
    in_task()


pipeline()
with get_client(sync_client=True) as client:
    for artifact in sorted(client.read_artifacts(), key=lambda artifact: artifact.key):
        data = json.loads(artifact.data) if artifact.type == "table" else artifact.data
        print(artifact.key, artifact.type, artifact.description, data, artifact.task_run_id is not None)
    print(all(artifact.flow_run_id is not None for artifact in client.read_artifacts()))
