from segue import flow, task
from segue.results import get_result_store

for key in (lambda: "x", 5, "", "{missing}", "{parameters[nope]}"):
    try:

        @task(persist_result=True, result_storage_key=key)
        def step(x=1):
            return x

        @flow
        def main():
            return step()

        print(main())
    except Exception as error:
        print(type(error).__name__, str(error)[:60])
