import json
import lzma
from base64 import b64decode
from pathlib import Path

from segue import flow, task
from segue.filesystems import LocalFileSystem
from segue.results import ResultStore
from segue.serializers import CompressedSerializer, JSONSerializer

STORE = Path("kept").resolve()


@task(
    persist_result=True,
    result_storage=STORE,
    result_serializer=CompressedSerializer(serializer=JSONSerializer()),
    result_storage_key="rows-{parameters[day]}.bin",
)
def rows(day: str) -> list[dict]:
    return [{"day": day, "n": n} for n in range(100)]


@task(
    persist_result=True, result_storage=STORE, result_serializer="json", result_storage_key="{task_run.task_name}.json"
)
def summary(data: list[dict]) -> dict:
    return {"count": len(data), "days": sorted({row["day"] for row in data})}


@task(persist_result=True, result_storage=STORE, result_serializer="compressed/pickle", result_storage_key="picture")
def picture() -> set:
    return {1, (2, 3)}


@flow
def keep(day: str):
    data = rows(day)
    return summary(data), picture()


print(keep("monday"))
print(sorted(path.name for path in STORE.iterdir()))
for path in sorted(STORE.iterdir()):
    record = json.loads(path.read_text())
    print(path.name, record["metadata"]["serializer"]["type"], sorted(record))
plain = json.loads((STORE / "summary.json").read_text())["result"]
print(json.loads(plain))
packed = json.loads((STORE / "rows-monday.bin").read_text())["result"]
print(len(json.loads(lzma.decompress(b64decode(packed)))))
store = ResultStore(result_storage=LocalFileSystem(basepath=str(STORE)))
print(store.read("picture").result, store.read("summary.json").result)
print(store.exists("rows-monday.bin"), store.exists("rows-tuesday.bin"))
