"""Keys hold lower-case letters, digits and dashes; no key makes no collection."""

from segue import flow, get_client
from segue.artifacts import create_markdown_artifact


@flow
def pipeline():
    for key in ("good-key-1", "Upper", "under_score", "space d", None):
        try:
            create_markdown_artifact("text", key=key)
            print(repr(key), "accepted")
        except Exception as error:
            print(repr(key), type(error).__name__)


pipeline()
with get_client(sync_client=True) as client:
    print(sorted(str(artifact.key) for artifact in client.read_artifacts()))
