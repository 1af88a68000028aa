import warnings

from segue import flow, task
from segue.utilities.visualization import FlowVisualizationError, GraphvizExecutableNotFoundError, VisualizationUnsupportedError

warnings.simplefilter("ignore")


@task
def step(x=1):
    return x


@task(viz_return_value=5)
def five():
    return 5


def attempt(fn):
    made = flow(name=fn.__name__)(fn)
    try:
        print(fn.__name__, made.generate_mermaid_graph().count("\n"))
    except VisualizationUnsupportedError as error:
        print(fn.__name__, "unsupported:", error)
    except Exception as error:
        print(fn.__name__, type(error).__name__, str(error).splitlines()[0], "viz_return_value" in str(error))


def maps():
    step.map([1, 2])


def delays():
    step.delay()


def adds():
    return step() + 1


def iterates():
    for each in step():
        print(each)


def raises():
    raise KeyError("own")


def adds_five():
    return step(five() + 1)


def truth():
    if step():
        return five()
    return None


for fn in (maps, delays, adds, iterates, raises, adds_five, truth):
    attempt(fn)
print(step.viz_return_value, five.viz_return_value, five.with_options(viz_return_value=7).viz_return_value)
print(issubclass(GraphvizExecutableNotFoundError, Exception), issubclass(FlowVisualizationError, Exception))
