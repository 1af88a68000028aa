from segue import flow


def attempt(label, make):
    try:
        made = make()
        print(label, "ok", made.name)
    except Exception as error:
        print(label, type(error).__name__, str(error).splitlines()[0].strip())


def body(x=1):
    return x


attempt("name", lambda: flow(name="a/b")(body))
attempt("name number", lambda: flow(name=12)(body))
attempt("retries text", lambda: flow(retries="two")(body))
attempt("negative", lambda: flow(retries=-1)(body))
attempt("run name", lambda: flow(flow_run_name=3)(body))
attempt("runner", lambda: flow(task_runner="threads")(body))
attempt("hooks", lambda: flow(on_completion=body)(body))
attempt("hook kind", lambda: flow(on_failure=["x"])(body))
attempt("timeout", lambda: flow(timeout_seconds="soon")(body))
attempt("not a function", lambda: flow(3))
attempt("class", lambda: flow(object))
attempt("serializer", lambda: flow(result_serializer="nope")(body))
attempt("empty hooks", lambda: flow(on_completion=[])(body))
