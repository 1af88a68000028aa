import asyncio

from segue import flow
from segue.artifacts import (
    Artifact, ImageArtifact, LinkArtifact, MarkdownArtifact, ProgressArtifact, TableArtifact, create_markdown_artifact,
)

for artifact in (
    MarkdownArtifact(key="md", markdown="# Hi", description="d"),
    TableArtifact(key="table", table=[{"a": 1}]),
    LinkArtifact(key="link", link="https://example.org", link_text="here"),
    LinkArtifact(key="link2", link="https://example.org"),
    ImageArtifact(key="image", image_url="https://example.org/x.png"),
    ProgressArtifact(key="progress", progress=12.5),
    Artifact(key="plain", type="custom", data={"x": 1}),
):
    print(type(artifact).__name__, artifact.type, artifact.key, artifact.description, artifact.format())
    made = artifact.create()
    print("   ", type(made).__name__, made.key, made.type, made.data)
found = Artifact.get("md")
print(type(found).__name__, found.key, found.data, found.description, found.type)
print(Artifact.get("none"))
made, created = Artifact.get_or_create(key="md", data="other", type="markdown")
print(created, made.data)
made, created = Artifact.get_or_create(key="fresh", data="first", type="markdown", description="x")
print(created, made.data)


async def main():
    made = await MarkdownArtifact(key="async", markdown="m").acreate()
    print(made.key, (await Artifact.aget("async")).data)
    print((await Artifact.aget_or_create(key="async", data="z"))[1])


asyncio.run(main())
for wrong in (lambda: ProgressArtifact(key="p", progress=101), lambda: TableArtifact(key="p", table=3)):
    try:
        made = wrong()
        print(type(made).__name__, made.format())
    except Exception as error:
        print(type(error).__name__)
