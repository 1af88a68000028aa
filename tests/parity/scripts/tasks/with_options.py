from segue import flow, task


@task(name="first", tags=["t"], retries=3, description="one", timeout_seconds=5)
def work(x):
    return x * 2


second = work.with_options(name="second", retries=0, tags=["u"])
print(work.name, work.retries, sorted(work.tags), work.timeout_seconds)
print(second.name, second.retries, sorted(second.tags), second.timeout_seconds, second.description)
print(second.fn is work.fn, second.task_key == work.task_key)
print(work.with_options(task_run_name="named").task_run_name)
print(work.with_options(retry_delay_seconds=[1, 2]).retry_delay_seconds)
print(work.with_options(timeout_seconds=None).timeout_seconds)


@flow
def main():
    print(second(2), second.submit(3).result(), second.map([4, 5]).result())


main()
try:
    work.with_options(nonsense=1)
except TypeError as error:
    print(error)
