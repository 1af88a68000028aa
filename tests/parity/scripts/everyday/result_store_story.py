from pathlib import Path

from segue import flow, task
from segue.results import ResultStore, get_result_store
from segue.settings import SEGUE_LOCAL_STORAGE_PATH, temporary_settings


@task(result_storage_key="{flow_run.flow_name}-{parameters[name]}.pickle")
def remember(name: str):
    return {"name": name}


@task(persist_result=True)
def inside():
    return type(get_result_store()).__name__


@flow(persist_result=True, result_storage=Path("store").resolve())
def main():
    remember("a")
    remember.with_options(result_storage_key="fixed")("b")
    store = get_result_store()
    return inside(), store.read("main-a.pickle").result, store.read("fixed").result


print(main())
print(sorted(path.name for path in Path("store").iterdir() if path.name in ("main-a.pickle", "fixed")))

with temporary_settings({SEGUE_LOCAL_STORAGE_PATH: Path("other").resolve()}):
    store = ResultStore()
    record = store.create_result_record({"k": (1, 2)}, key="own")
    store.persist_result_record(record)
    print(store.read("own").result, Path("other/own").exists(), store.exists("never"))
    store.write(obj=5, key="five")
    print(store.read("five").result, store.read("five").metadata.storage_key.endswith("five"))
    try:
        store.read("never")
    except Exception as error:
        print(type(error).__name__)
