from segue import flow, task
from segue.runtime import flow_run, task_run

attempts = []


@task(retries=1)
def step():
    attempts.append(("task", flow_run.run_count, task_run.run_count))
    raise ValueError("step")


@flow(retries=2, retry_delay_seconds=0.01)
def main():
    attempts.append(("flow", flow_run.run_count))
    step()


state = main(return_state=True)
print(state.name, state.message)
for each in attempts:
    print(each)
