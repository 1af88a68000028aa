from pathlib import Path

from segue import flow, task
from segue.filesystems import LocalFileSystem

store = LocalFileSystem(basepath="kept")
store.save("kept")


@task(persist_result=True, result_storage_key="{flow_run.flow_name}-{task_run.task_name}-{parameters[x]}.bin")
def named(x):
    return x * 2


@task(persist_result=True, result_storage_key="nested/{parameters[x]}/value")
def nested(x):
    return {"x": x}


@flow(result_storage=store, persist_result=True)
def main():
    named(1)
    named(2)
    nested("a")
    return "end"


print(main())
for path in sorted(p.relative_to("kept").as_posix() for p in Path("kept").rglob("*") if p.is_file()):
    print(path if path.startswith(("main", "nested")) else "a generated key")
