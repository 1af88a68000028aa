import threading

from segue import flow, task


@task(persist_result=True)
def lock():
    return threading.Lock()


@task
def memory_only():
    return threading.Lock()


@flow
def main():
    print(type(memory_only()).__name__)
    print(type(memory_only.submit().result()).__name__)
    state = lock(return_state=True)
    print(state.name, state.type.value)
    try:
        print(type(state.result(raise_on_failure=False)).__name__)
    except Exception as error:
        print(type(error).__name__)
    return 1


print(main(return_state=True).type.value)
