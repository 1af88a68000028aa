from segue import get_client
from segue.artifacts import Artifact, create_markdown_artifact, create_progress_artifact, create_table_artifact, update_progress_artifact
import uuid

print(type(create_markdown_artifact("x", key="outside")).__name__)
for key in ("UPPER", "with space", "under_score", "ok-1", "-dash"):
    try:
        create_markdown_artifact("x", key=key)
        print(repr(key), "fine")
    except Exception as error:
        print(repr(key), type(error).__name__)
for table in ([], {}, [[1, 2]], "text", [{"a": {1, 2}}], [{"a": float("nan")}], None):
    try:
        create_table_artifact(table, key="t")
        print(repr(table), "fine")
    except Exception as error:
        print(repr(table), type(error).__name__)
for progress in (-1, 101, "x", 50):
    try:
        create_progress_artifact(progress, key="p")
        print(progress, "fine")
    except Exception as error:
        print(progress, type(error).__name__)
try:
    update_progress_artifact(uuid.uuid4(), 5)
except Exception as error:
    print("update refused")
print(Artifact.get("missing"), Artifact.get("outside").data)
