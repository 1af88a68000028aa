from segue import flow, task
from segue.states import Completed, Failed


@task
def named():
    return Completed(name="Skipped", message="nothing to do")


@task
def with_data():
    return Completed(message="m", data=[1, 2])


@task
def nested_states():
    return [Completed(data=1), Completed(data=2)]


@task
def one_failed():
    return [Completed(data=1), Failed(message="second failed")]


@flow
def main():
    for step in (named, with_data, nested_states, one_failed):
        state = step(return_state=True)
        print(step.name, state.name, state.type.value, state.message)
        future = step.submit()
        try:
            value = future.result()
            print("  result", value if not isinstance(value, list) else [type(v).__name__ for v in value])
        except Exception as error:
            print("  raised", type(error).__name__, error)
    return "ok"


print(main())
