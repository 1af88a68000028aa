from segue import flow, task


class Service:
    factor = 10

    def __init__(self, n):
        self.n = n

    @task
    def instance(self, x):
        return self.n * x

    @task
    @classmethod
    def of_class(cls, x):
        return cls.factor * x

    @task
    @staticmethod
    def static(x):
        return x + 1

    @flow
    def run(self, x):
        return self.instance(x), self.instance.submit(x).result(), self.of_class(x), Service.static(x), self.instance.map([1, 2]).result()

    @flow
    @classmethod
    def class_flow(cls, x):
        return cls.of_class(x), Service.static.submit(x).result()

    @flow
    @staticmethod
    def static_flow(x):
        return Service.static(x)


class Child(Service):
    factor = 100

    @task
    def instance(self, x):
        return -self.n * x


print(Service(3).run(2), Child(3).run(2))
print(Service.class_flow(1), Child.class_flow(1), Service.static_flow(4))
print(Service.instance.name, Service.run.name, Service(1).instance.fn(Service(7), 2))
