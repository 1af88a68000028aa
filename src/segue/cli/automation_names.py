"""Automations by the names that people type, and in files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec
import typer
import yaml

from segue.backend.pages import every_item
from segue.backend.protocol import Backend
from segue.cli.faults import Exit, Fault
from segue.engine.session import reading
from segue.model.automations import Automation
from segue.model.errors import NotFound
from segue.wire import automations as w
from segue.wire.requests import ById


def complete(incomplete: str) -> list[str]:
    """Return automations for the shell."""
    query = w.AutomationQuery(name_like=incomplete or None, limit=100)
    return [each.name for each in reading().call(w.AUTOMATION_LIST, query).items]


Name = Annotated[str, typer.Argument(help="Name of an automation, or its id.", metavar="NAME", autocompletion=complete)]
FileOption = Annotated[
    Path | None, typer.Option("--from-file", "-f", metavar="FILE", help="YAML or JSON; - reads standard input.")
]
JsonOption = Annotated[str | None, typer.Option("--from-json", "-j", metavar="JSON", help="The same as JSON.")]


def find(backend: Backend, given: str) -> Automation:
    """Return the automation that a name or an id means; raises `Fault`."""
    try:
        return backend.call(w.AUTOMATION_READ, ById(given))
    except NotFound:
        found = backend.call(w.AUTOMATION_LIST, w.AutomationQuery(names=[given], limit=10)).items
    if not found:
        raise Fault(f"There is no automation {given!r}.", Exit.NOT_FOUND, hint="`segue automation ls` lists them.")
    if len(found) > 1:
        ids = "\n".join(f"  {each.id}" for each in found)
        raise Fault(f"Several automations are called {given!r}; say which by its id:", Exit.USAGE, hint=ids)
    return found[0]


def every(backend: Backend, query: w.AutomationQuery) -> Iterator[Automation]:
    """Yield all automations that fit, page by page."""
    return every_item(lambda asked: backend.call(w.AUTOMATION_LIST, asked), query)


def given(file: Path | None, text: str | None) -> list[w.NewAutomation]:
    """Return the automations that a file or a text describes: one, or a list of them; raises `Fault` that says what is wrong."""
    if (file is None) is (text is None):
        raise Fault("Say where the automation is: --from-file FILE, or --from-json JSON.", Exit.USAGE)
    where = "the JSON" if file is None else "standard input" if str(file) == "-" else str(file)
    if file is not None:
        try:
            text = typer.get_text_stream("stdin").read() if str(file) == "-" else file.read_text("utf-8")
        except OSError as problem:
            raise Fault(f"{file} cannot be read: {problem.strerror}.", Exit.USAGE) from None
    try:
        known = yaml.safe_load(text or "")
    except yaml.YAMLError as problem:
        raise Fault(f"{where} is neither YAML nor JSON: {problem}", Exit.USAGE) from None
    described = known if isinstance(known, list) else [known]
    return [_understood(each, where) for each in described]


def _understood(described: object, where: str) -> w.NewAutomation:
    try:
        return msgspec.convert(described, type=w.NewAutomation)
    except msgspec.ValidationError as problem:
        raise Fault(f"{where} does not describe an automation: {problem}.", Exit.USAGE) from None
