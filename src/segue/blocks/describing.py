"""What a block class says of itself: its name and slug, description, example, version."""

from __future__ import annotations

import inspect
import re
from importlib import metadata
from typing import Any

from pydantic.fields import ModelPrivateAttr
from pydantic_core import PydanticUndefined

import segue

#: Headings of a docstring after which no description follows.
_HEADINGS = re.compile(
    r"^(args|arguments|attributes|parameters|returns|raises|examples?|notes?|todo|warnings?):\s*$", re.IGNORECASE
)
_EXAMPLES = re.compile(r"^examples?:\s*$", re.IGNORECASE)


def said(cls: type[Any], name: str) -> Any:
    """Return a fact written in the class body, whether or not pydantic took it for a private attribute."""
    value = cls.__dict__.get(name, getattr(cls, name, None))
    private = getattr(cls, "__private_attributes__", {}).get(name)
    if isinstance(private, ModelPrivateAttr):
        value = private.default
    return None if value is PydanticUndefined or isinstance(value, ModelPrivateAttr) else value


def slugify(text: str) -> str:
    """Return a text as a slug: lowercase letters and digits, with dashes between words."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def description(cls: type[Any]) -> str | None:
    """Return what the class is for: what it says, else its docstring up to the first heading."""
    given = said(cls, "_description")
    if given is not None:
        return str(given)
    lines: list[str] = []
    for line in _docstring(cls):
        if _HEADINGS.match(line):
            break
        lines.append(line)
    return "\n".join(lines).strip() or None


def code_example(cls: type[Any], slug: str) -> str:
    """Return how the class is used: what it says, else the example of its docstring, else how a saved one is loaded."""
    given = said(cls, "_code_example")
    if given is not None:
        return inspect.cleandoc(str(given))
    lines, inside = [], False
    for line in _docstring(cls):
        if inside and _HEADINGS.match(line):
            break
        if inside:
            lines.append(line)
        inside = inside or bool(_EXAMPLES.match(line))
    found = inspect.cleandoc("\n".join(["", *lines])).strip()
    if found:
        return found
    name = cls.__name__
    variable = f"{slug.replace('-', '_')}_block"
    return f'```python\nfrom {cls.__module__} import {name}\n\n{variable} = {name}.load("BLOCK_NAME")\n```'


def version(cls: type[Any]) -> str:
    """Return the version of the package that the class comes from."""
    given = said(cls, "_block_schema_version")
    if given:
        return str(given)
    package = cls.__module__.partition(".")[0]
    if package == "segue":
        return segue.__version__
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "non-versioned"


def _docstring(cls: type[Any]) -> list[str]:
    # That of the class itself: what its parent is for, it need not be.
    return inspect.cleandoc(cls.__dict__.get("__doc__") or "").splitlines()
