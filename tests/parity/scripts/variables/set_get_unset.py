"""Variables are set, read, overwritten and unset."""

from segue.variables import Variable

print(Variable.get("answer"), Variable.get("answer", default=5))
made = Variable.set("answer", "42", tags=["a", "b"])
print(type(made).__name__, made.name, made.value, made.tags)
print(Variable.get("answer"), Variable.get("answer", default="other"))
try:
    Variable.set("answer", "43")
except ValueError as error:
    print(type(error).__name__, "answer" in str(error))
changed = Variable.set("answer", "44", overwrite=True)
print(changed.value, changed.tags, Variable.get("answer"))
print(Variable.unset("answer"), Variable.unset("answer"), Variable.get("answer"))
