from segue import flow, task


class Report:
    title = "class title"

    @classmethod
    @flow
    def class_flow(cls, x: int):
        return cls.title, x

    @staticmethod
    @flow
    def static_flow(x: int = 1):
        return x

    @classmethod
    @task
    def class_task(cls, x):
        return cls.title, x

    @staticmethod
    @task
    def static_task(x):
        return x


for call in (
    lambda: Report.class_flow("3"),
    lambda: Report().static_flow(),
    lambda: Report.class_task(1),
    lambda: Report.static_task(2),
):
    try:
        print(call())
    except Exception as error:
        print(type(error).__name__, str(error).splitlines()[0])
