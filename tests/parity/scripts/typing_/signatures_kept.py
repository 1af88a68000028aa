import inspect
import typing

from segue import Flow, Task, flow, task


@flow
def documented(x: int, y: str = "a") -> float:
    """Returns a float."""
    return float(x)


@task
async def stepped(value: list[int], *, flag: bool = False) -> str:
    """Returns a string."""
    return str(value)


print(inspect.signature(documented), inspect.signature(stepped))
print(documented.__name__, documented.__doc__, documented.__module__, documented.__wrapped__ is documented.fn)
print(stepped.__name__, stepped.__qualname__, stepped.__wrapped__ is stepped.fn)
print(typing.get_type_hints(documented.fn))
print(inspect.iscoroutinefunction(documented), inspect.iscoroutinefunction(stepped.fn), stepped.isasync)
print(isinstance(documented, Flow), isinstance(stepped, Task), isinstance(documented, Task))
