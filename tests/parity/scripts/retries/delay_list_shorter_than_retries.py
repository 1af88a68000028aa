from segue import flow, task

calls = []


@task(retries=4, retry_delay_seconds=[0.01, 0.02])
def flaky():
    calls.append(1)
    if len(calls) < 5:
        raise ValueError(f"attempt {len(calls)}")
    return len(calls)


@flow
def main():
    return flaky()


print(main(), flaky.retries, flaky.retry_delay_seconds)
for bad in (-1, "x", [1] * 60):
    try:
        task(retries=2, retry_delay_seconds=bad)(lambda: 1)
        print("accepted", type(bad).__name__)
    except Exception as error:
        print(type(error).__name__, str(error).split(';')[0])
