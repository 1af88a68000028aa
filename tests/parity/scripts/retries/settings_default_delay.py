import os

os.environ["SEGUE_TASKS_DEFAULT_RETRIES"] = "2"
os.environ["SEGUE_TASKS_DEFAULT_RETRY_DELAY_SECONDS"] = "[0.01, 0.02]"
os.environ["SEGUE_FLOWS_DEFAULT_RETRIES"] = "1"

from segue import flow, task

runs = []


@task
def plain():
    runs.append("task")
    raise ValueError


@task(retries=0)
def none():
    runs.append("none")
    raise ValueError


@flow
def main():
    runs.append("flow")
    none(return_state=True)
    plain()


print(main(return_state=True).type.value, runs)
print(plain.retries, plain.retry_delay_seconds, none.retries, main.retries)
