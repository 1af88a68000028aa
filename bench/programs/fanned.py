"""Many small tasks on a cluster of this machine: `fanned.py dask|ray|bare-dask|bare-ray COUNT`.

The cluster has two workers of one thread each, and has done something before the clock starts.
"""

import json
import sys
import time


def add(x: int) -> int:
    return x + 1


def bare_dask(count: int) -> float:
    from distributed import Client, LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        assert client.submit(add, -2).result() == -1
        began = time.perf_counter()
        assert client.gather(client.map(add, range(count), pure=False)) == list(range(1, count + 1))
        return time.perf_counter() - began


def bare_ray(count: int) -> float:
    import ray

    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    far = ray.remote(add)
    assert ray.get(far.remote(-2)) == -1
    began = time.perf_counter()
    assert ray.get([far.remote(x) for x in range(count)]) == list(range(1, count + 1))
    return time.perf_counter() - began


def recorded(kind: str, count: int) -> float:
    from segue import flow, task

    if kind == "dask":
        try:
            from segue.dask import DaskTaskRunner
        except ImportError:
            # The peer has it in a package of its own.
            from segue_dask import DaskTaskRunner
        kwargs = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
        runner = DaskTaskRunner(cluster_kwargs=kwargs)
    else:
        try:
            from segue.ray import RayTaskRunner
        except ImportError:
            from segue_ray import RayTaskRunner

        runner = RayTaskRunner(init_kwargs={"num_cpus": 2, "include_dashboard": False, "log_to_driver": False})
    far = task(add)

    @flow(task_runner=runner)
    def fanned() -> float:
        assert far.submit(-2).result() == -1
        began = time.perf_counter()
        assert far.map(range(count)).result() == list(range(1, count + 1))
        return time.perf_counter() - began

    return fanned()


if __name__ == "__main__":
    how, many = sys.argv[1], int(sys.argv[2])
    bare = {"bare-dask": bare_dask, "bare-ray": bare_ray}
    seconds = bare[how](many) if how in bare else recorded(how, many)
    print(json.dumps({"seconds": seconds}))
