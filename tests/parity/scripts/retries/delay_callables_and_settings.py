from segue import flow, task
from segue.tasks import exponential_backoff

print(exponential_backoff(2)(4), exponential_backoff(backoff_factor=0.5)(3), exponential_backoff(0)(2))
calls = []


def delays(retries):
    calls.append(retries)
    return [0.01 * (i + 1) for i in range(retries)]


@task(retries=3, retry_delay_seconds=delays)
def flaky():
    calls.append("run")
    if calls.count("run") < 3:
        raise ValueError
    return "ok"


@flow
def main():
    return flaky()


print(main(), calls, flaky.retry_delay_seconds)
print(flaky.with_options(retry_delay_seconds=7).retry_delay_seconds)
try:
    print(len(task(retries=60, retry_delay_seconds=exponential_backoff(1))(lambda: 1).retry_delay_seconds))
except Exception as error:
    print(type(error).__name__, error)
