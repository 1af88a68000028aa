from segue import flow, task
from segue.runtime import flow_run


@flow
def collect(first: int, *rest: int, flag: bool = False, **named: float):
    print(sorted(flow_run.parameters))
    return first, rest, flag, named


@flow
def keyword_only(*, a: int, b: int = 2):
    return a, b


@flow
def positional_only(a: int, /, b: int = 3):
    return a, b


@task
def gather(*values, **options):
    return values, options


print(collect("1"))
print(collect(1, "2", 3, flag="true", x="1.5", y=2))
print(keyword_only(a="1"))
print(positional_only("1"))
print(gather(1, 2, x=3))
try:
    keyword_only(1)
except Exception as error:
    print(type(error).__name__, str(error).splitlines()[0])
try:
    collect(1, "b")
except Exception as error:
    print(type(error).__name__)
