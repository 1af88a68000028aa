from segue import flow, get_client, task
from segue.artifacts import (
    Artifact,
    LinkArtifact,
    MarkdownArtifact,
    TableArtifact,
    create_image_artifact,
    create_link_artifact,
    create_table_artifact,
)


@task
def report(n: int):
    return create_table_artifact(key="numbers", table={"n": [n], "square": [n * n]}, description=f"for {n}")


@flow
def main():
    ids = [report(n) for n in (1, 2, 3)]
    made = MarkdownArtifact(key="notes", markdown="# Title\n\n* one", description="d").create()
    again, created = MarkdownArtifact.get_or_create(key="notes", markdown="other")
    other, fresh = TableArtifact.get_or_create(key="fresh", table=[["a", 1], ["b", None]])
    link = create_link_artifact("https://example.com/x", link_text="here", key="link")
    image = create_image_artifact("https://example.com/a.png", key="picture", description="alt")
    LinkArtifact(link="https://example.com").create()
    return len(set(ids)), made.key, created, again.data, fresh, other.key, link != image


print(main())
for key in ("numbers", "notes", "fresh", "link", "picture", "never"):
    found = Artifact.get(key)
    print(key, found and (found.type, found.data, found.description, found.flow_run_id is not None))
with get_client(sync_client=True) as client:
    print(sorted((each.key or "-", each.type) for each in client.read_artifacts() if each.type))
    print(sorted(each.key for each in client.read_latest_artifacts()))
