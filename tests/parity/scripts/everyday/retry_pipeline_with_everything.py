import asyncio
from datetime import timedelta

from segue import allow_failure, flow, get_run_logger, tags, task, unmapped
from segue.cache_policies import INPUTS
from segue.futures import as_completed, wait

attempts = {}


@task(retries=2, retry_delay_seconds=0.01, tags=["extract"], task_run_name="extract-{source}")
def extract(source):
    attempts[source] = attempts.get(source, 0) + 1
    if source == "flaky" and attempts[source] < 3:
        raise ConnectionError("down")
    if source == "dead":
        raise ConnectionError("dead")
    return [f"{source}-{i}" for i in range(2)]


@task(cache_policy=INPUTS, cache_expiration=timedelta(hours=1), persist_result=True)
def transform(rows, factor):
    return [row * factor for row in rows]


@task
def load(rows, target="memory"):
    return len(rows) if not isinstance(rows, Exception) else f"failed: {rows}"


@flow(name="pipeline", flow_run_name="pipeline-of-{sources[0]}", retries=0)
def pipeline(sources: list[str], factor: int = 2):
    get_run_logger().info("start")
    futures = extract.map(sources)
    transformed = [transform.submit(f, factor) for f in futures]
    loaded = [load.submit(allow_failure(t)) for t in transformed]
    wait(loaded)
    return sorted(str(f.result()) for f in loaded)


with tags("nightly"):
    print(pipeline(["a", "flaky", "dead"]))
print(attempts)
