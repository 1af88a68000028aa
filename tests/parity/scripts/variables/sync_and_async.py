import asyncio

from segue.variables import Variable

print(Variable.get("none"), Variable.get("none", "default"), Variable.get("none", default={"a": 1}))
made = Variable.set("first", [1, {"b": None}], tags=["t"])
print(type(made).__name__, made.name, made.value, made.tags)
print(Variable.get("first"))
try:
    Variable.set("first", 2)
except Exception as error:
    print(type(error).__name__, error)
print(Variable.set("first", 2, overwrite=True).value, Variable.get("first"))
print(Variable.unset("first"), Variable.unset("first"), Variable.get("first"))


async def main():
    made = await Variable.aset("second", "text", tags=["a", "b"])
    print(made.name, made.value, made.tags, await Variable.aget("second"), await Variable.aget("nope", "d"))
    print((await Variable.aset("second", True, overwrite=True)).value)
    print(await Variable.aunset("second"), await Variable.aunset("second"))


asyncio.run(main())
for name in ("Upper", "with space", "dash-ed", "under_score", "x" * 256, "é"):
    try:
        print(name[:10], Variable.set(name, 1).name[:10])
    except Exception as error:
        print(name[:10], type(error).__name__)
for value in (object(), {1, 2}, b"x", ("a", 1), {1: 2}):
    try:
        print(type(value).__name__, Variable.set("valued", value, overwrite=True).value)
    except Exception as error:
        print(type(value).__name__, type(error).__name__)
