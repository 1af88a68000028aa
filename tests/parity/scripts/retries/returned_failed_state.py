from segue import flow, task
from segue.states import Completed, Failed

attempts = []


@task(retries=2)
def returns_failed():
    attempts.append(1)
    if len(attempts) < 3:
        return Failed(message=f"attempt {len(attempts)}")
    return "good"


@task
def returns_completed():
    return Completed(message="nothing to do", name="Skipped")


@task
def returns_failed_once():
    return Failed(message="refused")


@flow(retries=1)
def flow_returns_failed():
    attempts.append(1)
    return Failed(message=f"flow attempt {len(attempts)}")


@flow
def main():
    print(returns_failed(), len(attempts))
    state = returns_completed(return_state=True)
    print(state.name, state.message)
    print(returns_completed())
    state = returns_failed_once(return_state=True)
    print(state.name, state.message)
    try:
        print(returns_failed_once())
    except Exception as error:
        print(type(error).__name__, error)


main()
attempts.clear()
print(flow_returns_failed(return_state=True).message, len(attempts))
