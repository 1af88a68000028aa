from segue import flow, pause_flow_run, resume_flow_run, task
import uuid


@task
def step():
    pause_flow_run(timeout=1)


@flow
def main():
    step()


try:
    main()
except Exception as error:
    print(type(error).__name__, error)
try:
    pause_flow_run(timeout=1)
except Exception as error:
    print(type(error).__name__, error)
try:
    resume_flow_run(uuid.uuid4())
except Exception as error:
    print(type(error).__name__)
