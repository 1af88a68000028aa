"""Only runs of deployments can be suspended: nobody else could start them again."""

from segue import flow, suspend_flow_run


@flow
def pipeline():
    try:
        suspend_flow_run(timeout=10)
    except RuntimeError as error:
        print(type(error).__name__)
    return "went on"


print(pipeline())
