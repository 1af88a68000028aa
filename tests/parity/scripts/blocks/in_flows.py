"""Blocks used by flows and tasks."""

from pydantic import SecretStr

from segue import flow, task
from segue.blocks.core import Block
from segue.blocks.system import Secret


class Greeter(Block):
    greeting: str = "hello"
    name: SecretStr

    def block_initialization(self):
        self._calls = 0

    def greet(self):
        self._calls += 1
        return f"{self.greeting} {self.name.get_secret_value()} {self._calls}"


@task
def greet(greeter):
    return greeter.greet()


@flow
def work(greeter: Greeter):
    print(type(greeter).__name__)
    print(greet(greeter), greet.submit(greeter).result())
    return Secret.load("s").get()


Secret(value={"a": [1]}).save("s")
Greeter(name="you").save("g")
print(work(Greeter.load("g")))
print(work(Greeter(name="me", greeting="hi")))
