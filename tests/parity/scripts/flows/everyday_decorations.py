import functools

from segue import flow, task


def logged(fn):
    @functools.wraps(fn)
    def wrapper(*args, **kwargs):
        print("calling", fn.__name__, args, kwargs)
        return fn(*args, **kwargs)

    return wrapper


@flow
@logged
def decorated(x: int, y=2):
    """Docs of decorated."""
    return x + y


@task
@logged
def step(x):
    return x


@flow(name="Named Flow", description="d", version="1", retries=1, log_prints=False)
def named():
    return step(1)


print(decorated("3"), decorated.name, decorated.description, decorated.__name__)
print(named(), named.name, named.description, named.version, named.retries)
made = flow(lambda: 5)
print(made.name, made())
print([f.name for f in (flow(lambda: 1, name="a") if False else flow(name="a")(lambda: 1), flow(name="b")(lambda: 2))])
other = named.with_options(name="Other", retries=0, description="e")
print(other.name, other.description, other.version, other.retries, other(), named.name)
