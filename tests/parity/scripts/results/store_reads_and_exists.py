from segue import flow, task
from segue.filesystems import LocalFileSystem
from segue.results import ResultStore, get_result_store
from segue.serializers import JSONSerializer

store = ResultStore(result_storage=LocalFileSystem(basepath="here"), serializer=JSONSerializer())
print(store.exists("k"))
store.write({"a": 1}, key="k")
print(store.exists("k"), store.read("k").result, store.read("k").metadata.serializer.type)
store.write([2], key="k")
print(store.read("k").result)
try:
    store.read("missing")
except Exception as error:
    print(type(error).__name__)
record = store.create_result_record(key="later", obj=5)
print(record.result, record.metadata.storage_key.rsplit('/', 1)[-1], store.exists("later"))
store.persist_result_record(record)
print(store.exists("later"), store.read("later").result)


@task
def inside():
    mine = get_result_store()
    return [type(mine).__name__, type(mine.serializer).__name__, type(mine.result_storage).__name__]


stored = LocalFileSystem(basepath="flow")
stored.save("stored")


@flow(result_storage=stored, result_serializer="json")
def main():
    print(inside())
    print(inside.with_options(result_serializer="pickle")())


main()
