"""Without the graphviz programme visualize says so instead of drawing."""

import os

from segue import flow, task

os.environ["PATH"] = ""


@task
def step():
    return 1


@flow
def pipeline():
    step()


try:
    pipeline.visualize()
except Exception as error:
    print(isinstance(error, Exception), "raphviz" in type(error).__name__ + str(error))
print("nothing ran")
