from segue import flow, task


def attempt(label, make):
    try:
        made = make()
        print(label, "ok", made.name)
    except Exception as error:
        print(label, type(error).__name__, str(error).splitlines()[0].split(";")[0])


attempt("name/", lambda: flow(name="a/b")(lambda: 1))
attempt("name&", lambda: flow(name="a&b")(lambda: 1))
attempt("name%", lambda: flow(name="50%")(lambda: 1))
attempt("not callable", lambda: flow("hello"))
attempt("task not callable", lambda: task("hello"))
attempt("task int", lambda: task(5))
attempt("bad flow_run_name", lambda: flow(flow_run_name=5)(lambda: 1))
attempt("bad task_run_name", lambda: task(task_run_name=5)(lambda: 1))
attempt("hook not a list", lambda: flow(on_failure=print, name="hook")(lambda: 1))
attempt("hook not callable", lambda: flow(on_failure=["print"], name="hook2")(lambda: 1))
attempt("task hook not callable", lambda: task(on_completion=["print"], name="hook3")(lambda: 1))
attempt("task hook not a list", lambda: task(on_failure=print, name="hook4")(lambda: 1))
try:
    flow(colour="red")(lambda: 1)
except TypeError as error:
    print(type(error).__name__, "colour" in str(error))
