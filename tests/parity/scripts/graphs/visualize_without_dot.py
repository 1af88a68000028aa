import os
import warnings

os.environ["PATH"] = ""

from segue import flow, task
from segue.utilities.visualization import GraphvizExecutableNotFoundError


@task
def step():
    print("never")


@flow
def pipeline():
    print("body runs")
    step()


with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    try:
        pipeline.visualize()
    except GraphvizExecutableNotFoundError as error:
        print("GraphvizExecutableNotFoundError", "Graphviz installed" in str(error))
    print([w.category.__name__ for w in caught if "flow.visualize" in str(w.message)])
print(sorted(n for n in os.listdir(".") if n.endswith(".png")))
