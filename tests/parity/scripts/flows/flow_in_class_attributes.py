from segue import flow, task


class Base:
    greeting = "hello"

    @task
    def greet(self, name):
        return f"{self.greeting} {name}"

    @flow
    def run(self, names: list[str]):
        return [self.greet(name) for name in names]


class Loud(Base):
    greeting = "HELLO"

    @flow
    def run(self, names: list[str]):
        quiet = Base().run(names)
        return quiet + self.greet.map([name.upper() for name in names]).result()


print(Base().run(["ada"]))
print(Loud().run(["ada", "bob"]))
print(Loud().run.name, Base.greet.name)
print(Loud.greet.fn(Loud(), "direct"))
