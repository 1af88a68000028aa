import os

os.environ["SEGUE_TASKS_DEFAULT_RETRIES"] = "2"
os.environ["SEGUE_TASKS_DEFAULT_RETRY_DELAY_SECONDS"] = "0"
os.environ["SEGUE_FLOWS_DEFAULT_RETRIES"] = "1"

from segue import flow, task  # noqa: E402

calls = []


@task
def by_setting():
    calls.append("by setting")
    raise ValueError("no")


@task(retries=0)
def by_option():
    calls.append("by option")
    raise ValueError("no")


@flow
def main():
    calls.append("flow")
    by_option(return_state=True)
    by_setting()


print(main(return_state=True).name)
print(calls)
print(by_setting.retries, by_option.retries, main.retries)
