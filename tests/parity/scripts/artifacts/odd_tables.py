import math

from segue.artifacts import Artifact, create_image_artifact, create_link_artifact, create_progress_artifact, create_table_artifact, update_progress_artifact
from segue.client.orchestration import get_client

print(type(create_table_artifact(table={"a": [1, 2], "b": [3, 4]}, key="columns")).__name__)
create_table_artifact(table=[[1, 2], [3, 4]], key="rows")
create_table_artifact(table=[{"n": math.nan}, {"n": 1.0}], key="nan")
create_link_artifact(link="https://example.org", key="link")
create_link_artifact(link="https://example.org", link_text="text", key="text")
create_image_artifact(image_url="https://example.org/i.png", key="image")
made = create_progress_artifact(progress=10, key="progress")
print(type(made).__name__)
print(update_progress_artifact(artifact_id=made, progress=55) == made)
for key in ("columns", "rows", "nan", "link", "text", "image", "progress"):
    found = Artifact.get(key)
    print(key, found.type, found.data)
for wrong in (lambda: create_progress_artifact(progress=-1), lambda: update_progress_artifact(artifact_id=made, progress=200),
              lambda: create_table_artifact(table="x", key="t"), lambda: create_link_artifact(link="l", key="Upper")):
    try:
        print(type(wrong()).__name__)
    except Exception as error:
        print(type(error).__name__)
