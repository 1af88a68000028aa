from segue import flow, get_client, task
from segue.artifacts import (
    create_image_artifact, create_link_artifact, create_markdown_artifact, create_progress_artifact, create_table_artifact, update_progress_artifact,
)


@task
def make():
    create_markdown_artifact("# Title", key="report", description="the report")
    create_link_artifact("https://example.org", link_text="site", key="link")
    create_link_artifact("https://example.org", key="bare-link")
    create_table_artifact([{"a": 1, "b": None}, {"a": 2.5, "b": "x"}], key="table")
    create_table_artifact({"c": [1, 2]}, key="columns")
    create_image_artifact("https://example.org/i.png", key="image", description="pic")
    progress = create_progress_artifact(10.0, key="progress", description="going")
    update_progress_artifact(progress, 55.5)
    update_progress_artifact(progress, progress=100, description="done")
    create_markdown_artifact("no key")


@flow
def main():
    make()


main()
with get_client(sync_client=True) as client:
    for a in sorted(client.read_artifacts(), key=lambda a: (a.key or "")):
        print(a.key, a.type, repr(a.data), a.description, a.flow_run_id is not None, a.task_run_id is not None)
