from segue import flow, task
from segue.tasks import exponential_backoff

backoff = exponential_backoff(backoff_factor=10)
print(backoff(1), backoff(3), backoff(5))
print(exponential_backoff(0.5)(4))


@task(retries=3, retry_delay_seconds=exponential_backoff(backoff_factor=0.01), retry_jitter_factor=0.5)
def shaky():
    raise ValueError("shaky")


print(shaky.retries, shaky.retry_delay_seconds, shaky.retry_jitter_factor)
print(task(retries=2, retry_delay_seconds=5)(lambda: 1).retry_delay_seconds)
print(task(retries=2, retry_delay_seconds=[1, 2, 3])(lambda: 1).retry_delay_seconds)
print(task(lambda: 1).retries, task(lambda: 1).retry_delay_seconds, task(lambda: 1).retry_jitter_factor)


@flow
def main():
    return shaky(return_state=True).message


print(main())

for options in ({"retries": 51, "retry_delay_seconds": [1] * 51}, {"retry_jitter_factor": -1}, {"retries": 1, "retry_delay_seconds": [1, 2, 3]}):
    try:
        print(task(**options)(lambda: 1).retries)
    except Exception as error:
        print(type(error).__name__)
