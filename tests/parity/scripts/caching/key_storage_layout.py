from pathlib import Path

from segue import flow, task
from segue.cache_policies import CacheKeyFnPolicy, CachePolicy, INPUTS
from segue.filesystems import LocalFileSystem


def files(folder):
    return sorted(p.relative_to(folder).as_posix() for p in Path(folder).rglob("*") if p.is_file())


one, two = LocalFileSystem(basepath="one"), LocalFileSystem(basepath="two")
one.save("one")
two.save("two")


@task(cache_key_fn=lambda ctx, params: f"key-{params['x']}", persist_result=True, result_storage=one)
def by_fn(x):
    return x


policy = CachePolicy.from_cache_key_fn(lambda ctx, params: f"k{params['x']}").configure(key_storage="meta")


@task(cache_policy=policy, persist_result=True, result_storage=two)
def split(x):
    return x


@flow
def main():
    print(by_fn(1), by_fn(2), by_fn(1))
    print(split(1), split(1))


main()
print(files("one"))
print(len(files("two")), files("meta"))
