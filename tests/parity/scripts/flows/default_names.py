from segue import flow, task


@flow
def my_daily_flow():
    return "flow"


@task
def my_small_task():
    return "task"


print(my_daily_flow.name)
print(my_small_task.name)
print(my_small_task.fn.__name__, my_daily_flow.fn.__name__)
print(my_daily_flow.fn(), my_small_task.fn())
print(my_small_task.task_key.split("-")[0])

lambda_flow = flow(lambda: 5, name="from a lambda")
print(lambda_flow.name, lambda_flow())

nameless = task(lambda x: x + 1)
print(nameless.name)
