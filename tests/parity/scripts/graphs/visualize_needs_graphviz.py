"""Without the graphviz programme visualize says so instead of running the flow."""

import os

from segue import flow, task

os.environ["PATH"] = ""


@task
def step():
    print("step runs")
    return 1


@flow
def pipeline():
    step()


try:
    pipeline.visualize()
except Exception as error:
    print("refused", isinstance(error, Exception))
print("nothing ran")
