from segue import flow, task
from segue.context import FlowRunContext

seen = []


def key(context, parameters):
    seen.append((context.task.name, context.task_run.name.rsplit("-", 1)[0], sorted(parameters), type(context).__name__))
    flow_run = FlowRunContext.get()
    return f"{context.task.name}-{parameters['x']}-{flow_run.flow.name if flow_run else None}"


@task(cache_key_fn=key, persist_result=True)
def step(x, y=2):
    return x + y


@flow
def main():
    return step(1), step(1, y=50), step.submit(1).result(), step(2)


print(main())
print(step(1))
for each in seen:
    print(each)
