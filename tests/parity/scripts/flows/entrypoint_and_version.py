import hashlib
from pathlib import Path

from segue import flow


@flow
def hashed():
    return hashed.version


@flow(version="7")
def given():
    return given.version


first = hashed()
print(first is None, isinstance(first, str), len(first or ""))
print(given())
print(given.with_options(version="8").version, given.with_options(name="n").version == hashed.version)
print(hashed.version == hashed.with_options(name="x").version)
