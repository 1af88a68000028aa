from segue import flow, task

calls = []


@task(persist_result=True)
def kept():
    calls.append("kept")
    return "value"


@flow
def child():
    calls.append("child")
    return "child value"


@flow(retries=1)
def main():
    kept()
    child()
    if calls.count("kept") + calls.count("main") < 2 and "main" not in calls:
        calls.append("main")
        raise ValueError("once")
    return "over"


print(main())
print(calls)
