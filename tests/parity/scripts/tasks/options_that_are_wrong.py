import datetime

from segue import task


def attempt(label, make):
    try:
        made = make()
        print(label, "ok", made.name)
    except Exception as error:
        print(label, type(error).__name__, str(error).splitlines()[0])


def body(x=1):
    return x


attempt("retries", lambda: task(retries="two")(body))
attempt("delays", lambda: task(retries=60, retry_delay_seconds=[1] * 51)(body))
attempt("jitter", lambda: task(retry_jitter_factor=-1)(body))
attempt("condition", lambda: task(retry_condition_fn="x")(body))
attempt("hooks", lambda: task(on_completion=body)(body))
attempt("hook kind", lambda: task(on_failure=["x"])(body))
attempt("run name", lambda: task(task_run_name=3)(body))
attempt("key", lambda: task(result_storage_key=4)(body))
attempt("policy", lambda: task(cache_policy="nope")(body))
attempt("expiration", lambda: task(cache_expiration=4)(body))
attempt("key and policy", lambda: task(cache_key_fn=lambda c, p: "k", cache_policy=None)(body))
attempt("tags", lambda: task(tags="abc")(body))
attempt("name", lambda: task(name="a/b")(body))
attempt("unknown", lambda: task(nope=1)(body))
attempt("not a function", lambda: task(3))
attempt("persist off, policy", lambda: task(persist_result=False, cache_key_fn=lambda c, p: "k")(body))
print(sorted(task(tags="abc")(body).tags))
print(task(cache_expiration=datetime.timedelta(1))(body).cache_expiration)
