from segue import flow, task
from segue.variables import Variable

print(Variable.get("missing"), Variable.get("missing", default=5), Variable.get("missing", None))
made = Variable.set("answer", 42)
print(type(made).__name__, made.name, made.value, made.tags)
try:
    Variable.set("answer", 43)
except Exception as error:
    print(type(error).__name__, error)
Variable.set("answer", {"nested": [1, None, True, 1.5, "x"]}, tags=["a", "b"], overwrite=True)
print(Variable.get("answer"))
for value in ("text", 0, False, None, [], {}, 1.5):
    Variable.set("any", value, overwrite=True)
    print(repr(Variable.get("any", default="default")))
print(Variable.unset("any"), Variable.unset("any"), Variable.get("any"))
for name in ("UPPER", "with space", "dash-ok", "under_score", "a" * 300, "dot.ted", "ünicode"):
    try:
        Variable.set(name, 1)
        print(name[:12], "fine")
    except Exception as error:
        print(name[:12], type(error).__name__)
for value in (object(), {1, 2}, b"bytes", lambda: 1):
    try:
        Variable.set("bad", value, overwrite=True)
        print(type(value).__name__, "fine")
    except Exception as error:
        print(type(value).__name__, type(error).__name__)
