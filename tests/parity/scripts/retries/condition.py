from segue import flow, task

asked = []


def only_value_errors(task, task_run, state):
    asked.append((task.name, state.name, task_run.run_count))
    try:
        state.result()
    except ValueError:
        return True
    except Exception:
        return False


def broken_condition(task, task_run, state):
    raise RuntimeError("condition broke")


attempts = {"value": 0, "type": 0, "broken": 0}


@task(retries=2, retry_condition_fn=only_value_errors)
def value():
    attempts["value"] += 1
    raise ValueError("again")


@task(retries=2, retry_condition_fn=only_value_errors)
def kind():
    attempts["type"] += 1
    raise TypeError("never again")


@task(retries=2, retry_condition_fn=broken_condition)
def broken():
    attempts["broken"] += 1
    raise ValueError("original")


@flow
def main():
    print(value(return_state=True).message)
    print(kind(return_state=True).message)
    print(broken(return_state=True).message)
    print(attempts)
    print(asked)


main()
try:
    task(retry_condition_fn="text")(lambda: 1)
except TypeError as error:
    print(type(error).__name__)
