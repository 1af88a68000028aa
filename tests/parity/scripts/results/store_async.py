import asyncio

from segue.filesystems import LocalFileSystem
from segue.results import ResultStore


async def main():
    store = ResultStore(result_storage=LocalFileSystem(basepath="here"))
    print(await store.aexists("k"))
    await store.awrite({"a": 1}, key="k")
    record = await store.aread("k")
    print(record.result, await store.aexists("k"))
    record = store.create_result_record(key="n", obj=(1, 2))
    await store.apersist_result_record(record)
    print((await store.aread("n")).result)


asyncio.run(main())
