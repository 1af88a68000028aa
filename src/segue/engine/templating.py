"""What stands in double braces, looked up where it is used: blocks, variables, the environment, outputs of steps.

`{{ segue.blocks.TYPE.NAME }}` is the data of a block, `.FIELD` behind it one field; `{{ segue.variables.NAME }}` is a variable,
`{{ $NAME }}` a variable of the environment. A value that is such a name and nothing else becomes what it names, whatever its type;
within a longer text a list or an object is written as JSON. `{"$ref": {"block_document_id": ID}}` means a block's data as well.

A template is stored as it was written: what a secret is nobody sees but the machine that uses it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping

from segue.backend.protocol import Backend
from segue.engine.masking import keep_out
from segue.model.blocks import MASKED, BlockDocument, reference
from segue.model.errors import NotFound, SegueError
from segue.wire.blocks import BLOCK_READ, BLOCK_READ_NAMED, BLOCK_REVEAL, BlockId, ByTypeAndName
from segue.wire.operations import VARIABLE_READ
from segue.wire.requests import ByName

_PLACE = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")
_BLOCKS, _VARIABLES = "segue.blocks.", "segue.variables."
#: Types of blocks that are a value and nothing else: their name alone means the value.
_VALUES = frozenset({"secret", "json", "string", "date-time"})


class NotThere(SegueError):
    """What a template names in double braces is not there."""

    code = "template.not-there"
    status = 422


def names_in(template: object) -> set[str]:
    """Return what a template names in double braces, such as `segue.variables.region`, in whatever depth."""
    return {name for text in _texts(template) for name in _PLACE.findall(text)}


def put_in(text: str, named: Callable[[str, str], object]) -> object:
    """Return a text with what stands in double braces replaced by what `named` makes of the name and of how it is written."""
    alone = _PLACE.fullmatch(text.strip())
    if alone is not None:
        return named(alone[1], text)
    return _PLACE.sub(lambda found: _written(named(found[1], found[0])), text)


class Templates:
    """Fills templates; each block is read once, and its secrets are kept out of what this process records."""

    def __init__(
        self,
        backend: Callable[[], Backend],
        *,
        environment: Callable[[str], str | None] | None = None,
        outputs: Mapping[str, object] | None = None,
    ) -> None:
        """Take what opens the backend, once something is looked up there.

        `environment` and `outputs` say what `$NAME` and any other name is; without them these names stay as they are written.
        """
        self._backend = backend
        self._environment = environment
        self._outputs = outputs
        self._read: dict[str, object] = {}
        #: What was looked up and is secret, for another process that uses it.
        self.secrets: set[str] = set()

    def filled(self, template: object) -> object:
        """Return a template with what it names put in; raises `NotThere` that says which name, and what to do."""
        match template:
            case str():
                return put_in(template, self._named)
            case Mapping():
                id = reference(template)
                if id is not None:
                    return self._data(id, lambda: self._backend().call(BLOCK_READ, BlockId(id)))
                return {name: self.filled(part) for name, part in template.items()}
            case list() | tuple():
                return [self.filled(part) for part in template]
            case _:
                return template

    def _named(self, name: str, written: str) -> object:
        if name.startswith(_VARIABLES):
            return self._variable(name.removeprefix(_VARIABLES))
        if name.startswith(_BLOCKS):
            return self._block(name.removeprefix(_BLOCKS))
        if name.startswith("$"):
            if self._environment is None:
                return written
            found = self._environment(name[1:])
            if found is None:
                raise NotThere(f"The environment variable {name[1:]} is not set here.")
            return found
        if self._outputs is None:
            return written
        if name in self._outputs:
            return self._outputs[name]
        raise NotThere(
            f"Nothing here is called {name!r}: write $NAME, segue.variables.NAME, segue.blocks.TYPE.NAME or ID.OUTPUT."
        )

    def _variable(self, name: str) -> object:
        called, *parts = name.split(".")
        try:
            found: object = self._backend().call(VARIABLE_READ, ByName(called)).value
        except NotFound:
            message = f"There is no variable {called!r}. `segue variable set {called} VALUE` makes it."
            raise NotThere(message) from None
        return _part(found, parts, f"variable {called!r}")

    def _block(self, name: str) -> object:
        kind, _, rest = name.partition(".")
        called, *parts = rest.split(".")
        if not called:
            raise NotThere(f"{_BLOCKS}{name} names no block: write {_BLOCKS}TYPE.NAME.")
        data = self._data(
            f"{kind}/{called}", lambda: self._backend().call(BLOCK_READ_NAMED, ByTypeAndName(kind, called))
        )
        if kind in _VALUES and not parts:
            parts = ["value"]
        return _part(data, parts, f"block {kind}/{called}")

    def _data(self, name: str, read: Callable[[], BlockDocument]) -> object:
        """Return the data of a block with its secrets, and in place of the blocks that it names, their data."""
        if name not in self._read:
            try:
                shown = read()
            except NotFound:
                raise NotThere(f"There is no block {name}. `segue block ls` lists those there are.") from None
            clear = shown
            if any(each.has_secrets for each in (shown, *shown.references.values())):
                clear = self._backend().call(BLOCK_REVEAL, BlockId(shown.id))
            self.secrets |= set(_secrets(shown.data, clear.data))
            for id, inner in shown.references.items():
                self.secrets |= set(_secrets(inner.data, clear.references[id].data))
            keep_out(self.secrets)
            self._read[name] = _joined(clear.data, clear.references)
        return self._read[name]


def _part(whole: object, way: list[str], what: str) -> object:
    for part in way:
        if not isinstance(whole, Mapping) or part not in whole:
            raise NotThere(f"The {what} has no {'.'.join(way)}.")
        whole = whole[part]
    return whole


def _joined(data: object, others: Mapping[str, BlockDocument], inside: frozenset[str] = frozenset()) -> object:
    id = reference(data)
    if id is not None:
        # Blocks may name each other in a circle, which ends where it began.
        return data if id in inside or id not in others else _joined(others[id].data, others, inside | {id})
    if isinstance(data, Mapping):
        return {name: _joined(part, others, inside) for name, part in data.items()}
    return [_joined(part, others, inside) for part in data] if isinstance(data, list) else data


def _secrets(shown: object, clear: object) -> Iterator[str]:
    """Yield the texts of what stands masked in the one and clear in the other."""
    if shown == MASKED:
        yield from _texts(clear)
    elif isinstance(shown, Mapping) and isinstance(clear, Mapping):
        for name, part in shown.items():
            yield from _secrets(part, clear.get(name))
    elif isinstance(shown, list) and isinstance(clear, list):
        for one, other in zip(shown, clear, strict=False):
            yield from _secrets(one, other)


def _texts(data: object) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    inner = data.values() if isinstance(data, Mapping) else data if isinstance(data, list | tuple) else ()
    for each in inner:
        yield from _texts(each)


def _written(value: object) -> str:
    return json.dumps(value) if isinstance(value, dict | list) else str(value)
