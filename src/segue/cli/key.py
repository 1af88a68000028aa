"""`segue key`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

import typer

from segue.backend.pages import every_item
from segue.backend.protocol import Backend
from segue.cli.cells import Cell, Column
from segue.cli.faults import Exit, Fault
from segue.cli.group import noun
from segue.cli.listing import Asked, Kind, as_json, present
from segue.cli.options import (
    CountOption,
    FlowOption,
    LimitOption,
    Output,
    OutputOption,
    ReasonOption,
    SinceOption,
    StateOption,
    age,
    since,
)
from segue.cli.record import PAGE, because, opened
from segue.cli.words import ago
from segue.host import clock
from segue.host.ids import new_id
from segue.model.accounts import ApiKey
from segue.wire.people import KEY_CREATE, KEY_LIST, KEY_REVOKE, KeyQuery, NewKey
from segue.wire.requests import ById

app = noun("Keys by which programs and people are known to a server.")


def _state(key: ApiKey) -> str:
    if key.revoked is not None:
        return "revoked"
    return "expired" if key.expires is not None and key.expires <= clock.now() else "valid"


def facts(key: ApiKey) -> dict[str, object]:
    """Return a key as programs see it in lists."""
    return {
        "id": key.id,
        "name": key.name,
        "hint": key.hint,
        "user": key.user,
        "role": key.role,
        "scopes": key.scopes,
        "state": _state(key),
        "created": key.created,
        "created_by": key.created_by,
        "expires": key.expires,
        "revoked": key.revoked,
        "last_used": key.last_used,
    }


def _cells(key: ApiKey) -> list[Cell]:
    now, state = clock.now(), _state(key)
    return [
        Cell(key.name, "strong"), Cell(key.user or "a program"), Cell(", ".join(key.scopes) or key.role or "all of its person"),
        Cell(state, "good" if state == "valid" else "bad"), Cell(f"{key.hint}…"),
        Cell("never" if key.last_used is None else ago(key.last_used, now)),
        Cell("never" if key.expires is None else key.expires.astimezone().strftime("%Y-%m-%d")), Cell(key.id),
    ]  # fmt: skip


KEYS: Kind[ApiKey] = Kind(
    columns=(
        Column("NAME", stretches=True), Column("WHOSE"), Column("MAY"), Column("STATE"), Column("KEY", spare=True), Column("USED"),
        Column("EXPIRES"), Column("ID", spare=True),
    ),
    cells=_cells,
    facts=facts,
    none_yet="There are no keys yet. `segue key create NAME` makes one.",
    none_fits="No key fits. `segue key ls` lists all of them.",
)  # fmt: skip


@app.command("ls")
def ls(
    user: Annotated[str | None, typer.Option("--user", metavar="NAME", help="Only keys of this person.")] = None,
    state: StateOption = None,
    flow: FlowOption = None,
    since_: SinceOption = None,
    limit: LimitOption = 50,
    count: CountOption = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """List keys, newest first; who is no admin sees the own ones. States are valid, expired, revoked; a flow they have not.

    For example:

        segue key ls --state valid
    """
    backend = opened()
    words = {word.strip().lower() for text in state or () for word in text.split(",")}
    query = KeyQuery(user=user, created_after=since(since_), limit=PAGE)
    asked = Asked(limit, count, output, narrowed=bool(user or state or flow or since_))
    present(KEYS, () if flow else (key for key in _all(backend, query) if not words or _state(key) in words), asked)


def _all(backend: Backend, query: KeyQuery) -> Iterator[ApiKey]:
    return every_item(lambda asked: backend.call(KEY_LIST, asked), query)


@app.command("create")
def create(
    name: Annotated[str, typer.Argument(help="Name of the new key: what or who will use it.", metavar="NAME")],
    user: Annotated[
        str | None,
        typer.Option("--user", metavar="NAME", help="Whose key it is; by default a program's own, or yours."),
    ] = None,
    role: Annotated[
        str | None, typer.Option("--role", metavar="ROLE", help="At most what this role may: viewer, operator, admin.")
    ] = None,
    scope: Annotated[
        list[str] | None,
        typer.Option(
            "--scope",
            metavar="SCOPE",
            help="Only this: read, run, edit, admin, or with a noun, such as run:events; repeat.",
        ),
    ] = None,
    pool: Annotated[
        list[str] | None,
        typer.Option(
            "--pool", metavar="POOL", help="Only about this work pool: a key for its workers; repeat for several."
        ),
    ] = None,
    expires: Annotated[
        str | None,
        typer.Option("--expires", metavar="WHEN", help="Valid for so long (12h, 90d), or to a date; else for ever."),
    ] = None,
    reason: ReasonOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Make a key and print it, this once. Made by an admin it is a program's own, unless --user says a person.

    For example:

        segue key create nightly-job --role operator --expires 90d
        segue key create worker-of-laptops --role operator --pool laptops
    """
    backend = opened()
    because(reason)
    scopes = [*(scope or []), *(f"pool:{each}" for each in pool or ())]
    request = NewKey(id=new_id(), name=name, user=user, role=role, scopes=scopes, expires=_until(expires))
    made = backend.call(KEY_CREATE, request)
    if output is Output.JSON:
        typer.echo(as_json({**facts(made.facts), "key": made.key}))
        return
    whose = f"of {made.facts.user}" if made.facts.user is not None else "of a program"
    typer.echo(f"Made key {made.facts.name} {whose}. It is shown this once:", err=True)
    typer.echo(made.key)
    typer.echo("Programs take it from the environment: export SEGUE_API_KEY=…", err=True)


def _until(text: str | None) -> datetime | None:
    if text is None:
        return None
    if text.strip()[:1].isdigit() and text.strip()[-1:].isalpha() and "t" not in text.lower():
        return clock.now() + age(text)
    try:
        return datetime.fromisoformat(text.strip()).astimezone(UTC)
    except ValueError:
        raise Fault(
            f"--expires {text!r} is neither a time to last (12h, 90d) nor a date (2027-01-31).", Exit.USAGE
        ) from None


@app.command("revoke")
def revoke(
    key: Annotated[str, typer.Argument(help="Id or name of a key.", metavar="KEY")],
    reason: ReasonOption = None,
) -> None:
    """Let a key never be taken again, by any server, within a second.

    For example:

        segue key revoke nightly-job --reason "it was in a log"
    """
    backend = opened()
    because(reason)
    found = _one(backend, key)
    backend.call(KEY_REVOKE, ById(found.id))
    typer.echo(f"Key {found.name} ({found.hint}…) is revoked.")


def _one(backend: Backend, given: str) -> ApiKey:
    everything = list(_all(backend, KeyQuery(limit=PAGE)))
    exact = [key for key in everything if key.id == given]
    named = [key for key in everything if key.name == given and key.revoked is None]
    found = exact or named or [key for key in everything if len(given) >= 4 and key.id.startswith(given)]
    if not found:
        raise Fault(f"There is no key {given!r}.", Exit.NOT_FOUND, hint="`segue key ls` lists them.")
    if len(found) > 1:
        hint = "\n".join(f"  {key.id}  {key.name} of {key.user or 'a program'}" for key in found[:10])
        raise Fault(f"Several keys are {given!r}; type the id of one.", Exit.USAGE, hint=hint)
    return found[0]
