from segue import flow, task
from segue.tasks import exponential_backoff

seen = []


@task(retries=1, retry_delay_seconds=exponential_backoff(0.01), task_run_name="named-{x}", persist_result=True)
def work(x: int) -> int:
    if x < 0:
        raise ValueError(x)
    return x


@work.on_completion
def completed(task, task_run, state):
    seen.append(f"{task.name} completed as {task_run.name.split('-')[0]}")


@work.on_failure
def failed(task, task_run, state):
    seen.append(f"{task.name} failed")


def replaced(task, task_run, state):
    seen.append(f"{task.name} replaced")


@flow
def main():
    work(1)
    work.with_options(name="copy")(2)
    work.with_options(name="other", on_completion=[replaced])(3)
    work.with_options(name="kept", on_completion=[], on_failure=None)(-1, return_state=True)
    work.with_options(name="plain", task_run_name=None)(4)


@main.on_completion
def done(flow, flow_run, state):
    seen.append(f"{flow.name} done")


main()
main.with_options(name="second")()
for each in seen:
    print(each)
plain = work.with_options(
    retries=None, retry_delay_seconds=None, task_run_name=None, persist_result=None, name=None, timeout_seconds=None, tags=None
)
print(plain.retries, plain.retry_delay_seconds, plain.task_run_name, plain.persist_result, plain.name)
print(len(plain.on_completion_hooks), len(work.on_completion_hooks), plain.on_completion_hooks is work.on_completion_hooks)
tagged = work.with_options(tags=["a"]).with_options(retries=3)
print(sorted(tagged.tags), tagged.retries, sorted(tagged.with_options(tags=[]).tags))
