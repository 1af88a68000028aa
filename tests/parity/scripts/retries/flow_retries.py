from segue import flow, task
from segue.runtime import flow_run

runs = []
calls = {"good": 0, "flaky": 0}


@task
def good():
    calls["good"] += 1
    return "good"


@task
def flaky():
    calls["flaky"] += 1
    if calls["flaky"] < 2:
        raise ValueError("first time")
    return "flaky"


@flow(retries=2, retry_delay_seconds=0.1)
def main():
    runs.append(flow_run.run_count)
    return good(), flaky()


@flow(retries=1)
def hopeless():
    runs.append(flow_run.run_count)
    raise RuntimeError(f"attempt {len(runs)}")


print(main(), runs, calls)
runs.clear()
try:
    hopeless()
except RuntimeError as error:
    print("raised", error, runs)
print(hopeless(return_state=True).message)
