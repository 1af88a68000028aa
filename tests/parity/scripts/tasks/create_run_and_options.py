from segue import flow, task


@task(name="Named", description="described", tags=["a"], version="2", retries=3, retry_delay_seconds=[1, 2], timeout_seconds=4, log_prints=True, persist_result=False)
def t(x):
    "doc"
    return x


print(t.name, t.description, t.tags, t.version, t.retries, t.retry_delay_seconds, t.timeout_seconds, t.log_prints, t.persist_result)
print(t.task_key.startswith("t-"), t.isasync, t.isgenerator, t.fn(5), t.__doc__)
copy = t.with_options(name="Copy", tags=["b"], retries=0, timeout_seconds=0, log_prints=None, description="other", persist_result=NotImplemented is None)
print(copy.name, copy.tags, copy.retries, copy.timeout_seconds, copy.log_prints, copy.description, copy.fn is t.fn)
for bad in ({"nope": 1}, {"fn": 1}):
    try:
        t.with_options(**bad)
    except Exception as error:
        print(type(error).__name__)
for bad in ({"name": 5}, {"tags": "text"}, {"retries": "x"}, {"timeout_seconds": "x"}):
    try:
        made = task(**bad)(lambda: 1)
        print(bad, "accepted", made.name if "name" in bad else sorted(made.tags))
    except Exception as error:
        print(bad, type(error).__name__)
print(repr(task(lambda: 1).name), task(5) if False else "")
try:
    task(5)
except Exception as error:
    print(type(error).__name__, error)
