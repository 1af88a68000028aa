from segue import flow, task


class Loader:
    factor = 3

    def __init__(self, base):
        self.base = base

    @flow
    def instance_flow(self, x: int):
        return self.base + x

    @flow
    @classmethod
    def class_flow(cls, x: int):
        return cls.factor * x

    @flow
    @staticmethod
    def static_flow(x: int):
        return x

    @task
    def instance_task(self, x):
        return self.base * x

    @task
    @staticmethod
    def static_task(x):
        return -x

    @flow
    def both(self, x: int = 2):
        return self.instance_task(x), Loader.static_task(x), self.instance_task.submit(5).result()


loader = Loader(10)
print(loader.instance_flow(1))
print(Loader.class_flow(2), loader.class_flow("4"))
print(Loader.static_flow(5), Loader.static_flow(x="6"))
print(loader.both())
print(Loader(1).both(x="7"))
print(loader.instance_flow.name, Loader.class_flow.name)
try:
    loader.instance_task.map([1, 2])
except RuntimeError as error:
    print(type(error).__name__, "map is not for use outside a flow")
