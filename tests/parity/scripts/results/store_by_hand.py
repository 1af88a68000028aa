import asyncio

from segue.filesystems import LocalFileSystem
from segue.serializers import JSONSerializer
from segue.results import ResultRecord, ResultRecordMetadata, ResultStore, get_result_store, should_persist_result

store = ResultStore(result_storage=LocalFileSystem(basepath="here"))
print(store.exists("k"), store.serializer.type, store.storage_key_fn() != store.storage_key_fn())
store.write({"a": 1}, key="k")
record = store.read("k")
print(type(record).__name__, record.result, record.metadata.storage_key.endswith("k"), record.expiration)
print(store.exists("k"))
record = store.create_result_record(obj=5, key="made")
print(record.result, record.metadata.storage_key.endswith("made"), store.exists("made"))
store.persist_result_record(record)
print(store.exists("made"), store.read("made").result)
try:
    store.read("missing")
except Exception as error:
    print(type(error).__name__)
print(store.supports_isolation_level.__name__)
print(should_persist_result())


async def main():
    await store.awrite(obj=[1, 2], key="async")
    print(await store.aexists("async"), (await store.aread("async")).result)
    print(isinstance(await store.aread("async"), ResultRecord))


asyncio.run(main())
print(type(get_result_store()).__name__)
json = ResultStore(result_storage=LocalFileSystem(basepath="here"), serializer=JSONSerializer())
print(json.serializer.type)
json.write({"b": [1]}, key="j")
print(json.read("j").result, store.read("j").result)
copy = json.model_copy(update={"cache_result_in_memory": False})
print(copy.cache_result_in_memory, json.cache_result_in_memory)
