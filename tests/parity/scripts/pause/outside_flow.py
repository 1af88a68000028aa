"""Pausing needs a running flow and a sensible timeout."""

from segue import flow, pause_flow_run, suspend_flow_run

for action in (pause_flow_run, suspend_flow_run):
    try:
        action(timeout=1)
    except RuntimeError as error:
        print(type(error).__name__)


@flow
def pipeline():
    try:
        pause_flow_run(timeout=-1)
    except ValueError as error:
        print(type(error).__name__)


pipeline()
