from segue import flow, task


def attempt(label, make):
    try:
        made = make()
        print(label, "made", type(made).__name__)
    except Exception as error:
        print(label, type(error).__name__, str(error).splitlines()[0][:90])


attempt("flow name slash", lambda: flow(name="a/b")(lambda: 1))
attempt("flow name percent", lambda: flow(name="a%b")(lambda: 1))
attempt("flow name empty", lambda: flow(name="")(lambda: 1))
attempt("flow not callable", lambda: flow("text"))
attempt("flow of a class", lambda: flow(int))
attempt("task name int", lambda: task(name=5)(lambda: 1))
attempt("task of partial", lambda: task(__import__("functools").partial(print, "x")))
attempt("flow run name int", lambda: flow(flow_run_name=5)(lambda: 1))
attempt("task run name int", lambda: task(task_run_name=5)(lambda: 1))
attempt("retries text", lambda: flow(retries="x")(lambda: 1))
attempt("negative retries", lambda: flow(retries=-1)(lambda: 1))
attempt("unknown option task", lambda: task(nope=1)(lambda: 1))
attempt("task runner", lambda: flow(task_runner=5)(lambda: 1))
attempt("wait_for parameter", lambda: task(lambda wait_for: 1))
attempt("return_state parameter", lambda: flow(lambda return_state: 1))
attempt("cache policy text", lambda: task(cache_policy="INPUTS")(lambda: 1))
