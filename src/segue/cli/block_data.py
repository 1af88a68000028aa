"""What is typed for the fields of a block: options, a JSON file, or answers to questions, by what its schema says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import typer

from segue.backend.protocol import Backend
from segue.cli.faults import Exit, Fault, Switches
from segue.cli.options import json_or_text
from segue.decide.blocks import secret_paths
from segue.model.errors import NotFound
from segue.wire.blocks import BLOCK_READ_NAMED, ByTypeAndName

Fields = Mapping[str, object]


class Form:
    """The fields of one schema, as somebody fills them in."""

    def __init__(self, backend: Backend, schema: Fields) -> None:
        self._backend = backend
        found = schema.get("properties")
        self._properties: dict[str, Fields] = dict(found) if isinstance(found, dict) else {}
        required = schema.get("required")
        self._required = [str(name) for name in required] if isinstance(required, list) else []
        named = schema.get("block_schema_references")
        self._blocks = frozenset(named) if isinstance(named, dict) else frozenset[str]()
        self._secret = {path[0] for path in secret_paths(schema)}

    def filled(self, pairs: Sequence[str] | None, file: str | None) -> dict[str, object]:
        """Return what options and a file say, the options first; raises `Fault`."""
        found = _read(file) if file is not None else {}
        for pair in pairs or ():
            key, equals, value = pair.partition("=")
            if not equals or not key.strip():
                # A secret may have been typed: only what stands before a `=` is repeated.
                raise Fault("A field is given as KEY=VALUE.", Exit.USAGE)
            found[key.strip()] = self._understood(key.strip(), value)
        return found

    def completed(self, data: dict[str, object]) -> dict[str, object]:
        """Ask for required fields that are missing, where somebody can be asked; raises `Fault`."""
        missing = [name for name in self._required if name not in data]
        if not missing:
            return data
        if not can_ask():
            said = " ".join(f"-p {name}=…" for name in missing)
            raise Fault(
                f"{'These fields are' if len(missing) > 1 else 'This field is'} missing: {', '.join(missing)}.",
                Exit.USAGE,
                hint=f"Give them as {said}, or as JSON with --file (`-` reads standard input).",
            )
        return {**data, **{name: self._asked(name) for name in missing}}

    def _asked(self, name: str) -> object:
        facts = self._properties.get(name, {})
        about = str(facts.get("description") or facts.get("title") or "")
        if about:
            typer.echo(about, err=True)
        while True:
            value = typer.prompt(name, hide_input=name in self._secret, err=True, default="", show_default=False)
            if value:
                return self._understood(name, str(value))

    def _understood(self, name: str, value: str) -> object:
        facts = self._properties.get(name, {})
        if name in self._blocks:
            return self._reference(value)
        return value if _is_text(facts) else json_or_text(value)

    def _reference(self, value: str) -> object:
        """A saved block by `TYPE/NAME`; anything else is the block's data itself."""
        given = json_or_text(value)
        slug, slash, name = value.partition("/")
        if not isinstance(given, str) or not slash:
            return given
        try:
            found = self._backend.call(BLOCK_READ_NAMED, ByTypeAndName(block_type=slug, name=name))
        except NotFound:
            raise Fault(f"There is no block {value!r}.", Exit.NOT_FOUND, hint="`segue block ls` lists them.") from None
        return {"$ref": {"block_document_id": found.id}}


def can_ask() -> bool:
    """Say whether there is somebody to be asked."""
    return Switches.prompts and typer.get_text_stream("stdin").isatty()


def _read(file: str) -> dict[str, object]:
    if file == "-":
        text, source = typer.get_text_stream("stdin").read(), "Standard input"
    else:
        try:
            text, source = Path(file).expanduser().read_text(encoding="utf-8"), file
        except (OSError, UnicodeDecodeError) as problem:
            why = problem.strerror if isinstance(problem, OSError) else "it is no text"
            raise Fault(f"{file} cannot be read: {why}.", Exit.USAGE) from None
    try:
        return msgspec.json.decode(text, type=dict[str, object])
    except msgspec.DecodeError as problem:
        raise Fault(f"{source} is not a JSON object: {problem}", Exit.USAGE) from None


def _is_text(facts: Fields) -> bool:
    """Say whether a field takes a text, so that what is typed need not be JSON."""
    if facts.get("type") == "string":
        return True
    forms = facts.get("anyOf")
    return isinstance(forms, list) and any(isinstance(form, Mapping) and form.get("type") == "string" for form in forms)
