"""`Secret` with values of every kind."""

from pydantic import SecretStr

from segue.blocks.system import Secret

for value in ("text", {"a": 1}, [1, 2], 5, 2.5, True, '{"a": 1}', '"quoted"', "5", None):
    block = Secret(value=value)
    block.save("s", overwrite=True)
    found = Secret.load("s")
    print(repr(value), block, found, repr(block.get()), repr(found.get()))
print(Secret(value=SecretStr("q")).get())
print(Secret[int](value=5).get())
