"""Artifact classes can be created, found, or found-or-created."""

from segue import flow
from segue.artifacts import Artifact, LinkArtifact, MarkdownArtifact, ProgressArtifact, TableArtifact


@flow
def pipeline():
    made = MarkdownArtifact(key="notes", markdown="hello", description="d").create()
    print(made.key, made.type, made.data, made.description)
    found, created = MarkdownArtifact.get_or_create(key="notes", markdown="other")
    print(created, found.data, found.id == made.id)
    fresh, created = TableArtifact.get_or_create(key="numbers", table=[[1, 2]], description="t")
    print(created, fresh.type, fresh.data)
    plain = Artifact(key="plain", type="custom", data={"k": 1}).create()
    print(plain.type, plain.data)
    print(LinkArtifact(link="http://a").format(), ProgressArtifact(progress=5).format())


pipeline()
