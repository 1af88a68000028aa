import datetime

from segue import flow
from segue.runtime import flow_run


@flow(flow_run_name="load-{table}-on-{date:%A}")
def load(table: str, date: datetime.date):
    return flow_run.name


@flow(flow_run_name="plain")
def plain():
    return flow_run.name


@flow(flow_run_name="{x}-{y}")
def with_default(x, y="default"):
    return flow_run.name


@flow(flow_run_name="hello-{nobody}")
def unknown(x=1):
    return flow_run.name


print(load("orders", datetime.date(2024, 2, 29)))
print(plain())
print(with_default(5))
print(with_default([1, 2], y={"a": 1}))
print(plain.with_options(flow_run_name="other")())
try:
    print(unknown())
except Exception as error:
    print(type(error).__name__, error)
