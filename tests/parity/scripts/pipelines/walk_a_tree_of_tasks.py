from pathlib import Path

from segue import flow, task
from segue.context import TaskRunContext
from segue.runtime import task_run


@task(task_run_name="{folder.name}", persist_result=False)
def size(folder: Path, depth: int = 0) -> dict:
    total = 0
    children = {}
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            children[path.name] = size(path, depth + 1)
            total += children[path.name]["total"]
        else:
            total += len(path.read_text())
    return {"name": task_run.name, "total": total, "depth": depth, "children": sorted(children)}


@task
def submits_others(n: int) -> list[int]:
    futures = [leaf.submit(i) for i in range(n)]
    return [future.result() for future in futures] + leaf.map([10, 20]).result()


@task
def leaf(n: int) -> int:
    return n if TaskRunContext.get().task.name == "leaf" else -1


@flow
def measure(root: Path):
    return size(root), submits_others(2), submits_others.submit(1).result()


root = Path("tree")
for name, text in (("a/x.txt", "12"), ("a/b/y.txt", "345"), ("c/z.txt", "6")):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
print(measure("tree"))
