"""A run that is not paused cannot be resumed."""

from uuid import uuid4

from segue import flow, resume_flow_run


@flow
def done():
    return 1


state = done(return_state=True)
for run_id in (state.state_details.flow_run_id, uuid4()):
    try:
        resume_flow_run(run_id)
    except Exception as error:
        print(type(error).__name__)
