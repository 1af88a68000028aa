from segue import flow, task

for kind in ("on_completion", "on_failure", "on_running"):
    for value in ("text", [1], [None], lambda a, b, c: None, {}):
        try:
            made = task(**{kind: value})(lambda: 1)
            print("task", kind, "accepted", type(value).__name__)
        except Exception as error:
            print("task", kind, type(error).__name__, str(error)[:70])
for kind in ("on_completion", "on_failure", "on_running", "on_cancellation", "on_crashed"):
    for value in ("text", [1], lambda a, b, c: None):
        try:
            flow(**{kind: value})(lambda: 1)
            print("flow", kind, "accepted", type(value).__name__)
        except Exception as error:
            print("flow", kind, type(error).__name__, str(error)[:70])
