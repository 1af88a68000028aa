"""What both kinds of limits share at the command line: how they are listed, shown and found."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import typer

from segue.backend.pages import every_item
from segue.backend.protocol import Backend
from segue.cli.cells import Cell, Column
from segue.cli.changes import change_facts, change_words, last_change
from segue.cli.faults import Exit, Fault
from segue.cli.listing import Asked, Kind, as_json, present
from segue.cli.options import Output, since
from segue.cli.record import PAGE, opened
from segue.cli.words import ago
from segue.engine.session import reading
from segue.host import clock
from segue.model.errors import NotFound
from segue.model.slots import TAG, Limit, SlotClaim
from segue.wire.requests import ByName
from segue.wire.slots import LIMIT_COUNT, LIMIT_LIST, LIMIT_READ, LimitQuery


def facts(limit: Limit) -> dict[str, object]:
    """Return a limit for programs."""
    told: dict[str, object] = msgspec.to_builtins(limit)
    return {**told, "tag": limit.name.removeprefix(TAG)} if limit.name.startswith(TAG) else told


def kind(make: str) -> Kind[Limit]:
    """Return how limits are listed; `make` is the command that makes one."""
    return Kind(
        columns=(
            Column("NAME", stretches=True), Column("TAKEN"), Column("WAITING"), Column("FREED"), Column("ON"), Column("CHANGED"),
        ),
        cells=lambda limit: (
            Cell(limit.name.removeprefix(TAG), "strong"),
            Cell(f"{limit.active_slots} of {limit.limit}", "bad" if limit.active_slots >= limit.limit else "plain"),
            Cell(str(len(limit.waiters))),
            Cell(f"{limit.slot_decay_per_second:g}/s" if limit.slot_decay_per_second else "when done"),
            Cell("yes" if limit.active else "no"),
            Cell(ago(limit.updated, clock.now())),
        ),
        facts=facts,
        none_yet=f"There are no limits yet. `{make}` makes one.",
        none_fits="No limit fits.",
    )  # fmt: skip


def names(incomplete: str, *, tags: bool) -> list[str]:
    """Return names for the shell."""
    query = LimitQuery(name_like=incomplete or None, of_tags=tags, limit=100)
    return [limit.name.removeprefix(TAG) for limit in reading().call(LIMIT_LIST, query).items]


def show_all(make: str, *, tags: bool, since_: str | None, limit: int, count: bool, output: Output, none: bool) -> None:
    """List limits as they were asked for; `none`: something was asked for that no limit has."""
    backend = opened()
    query = LimitQuery(of_tags=tags, created_after=since(since_))
    asked = Asked(limit, count, output, narrowed=none or since_ is not None)
    if none:
        present(kind(make), (), asked)
        return
    newest = sorted(_all(backend, query), key=lambda each: each.created, reverse=True) if not count else ()
    present(kind(make), newest, asked, total=lambda: backend.call(LIMIT_COUNT, query).count)


def _all(backend: Backend, query: LimitQuery) -> Iterator[Limit]:
    query = msgspec.structs.replace(query, limit=PAGE)
    return every_item(lambda asked: backend.call(LIMIT_LIST, asked), query)


def find(name: str, *, tag: bool) -> Limit:
    """Return a limit; raises `Fault`."""
    noun = "concurrency-limit" if tag else "global-concurrency-limit"
    try:
        return opened().call(LIMIT_READ, ByName(f"{TAG}{name}" if tag else name))
    except NotFound:
        raise Fault(
            f"There is no limit {'on tag ' if tag else ''}{name!r}. `segue {noun} ls` lists those there are.",
            Exit.NOT_FOUND,
        ) from None


def show(limit: Limit, output: Output) -> None:
    """Show one limit, who holds its slots and who waits, who changed it last and why."""
    change = last_change(opened(), f"segue.concurrency-limit.{limit.name}")
    if output is Output.JSON:
        typer.echo(as_json({**facts(limit), **change_facts(change)}))
        return
    freed = f", {limit.slot_decay_per_second:g} freed each second" if limit.slot_decay_per_second else ""
    typer.echo(
        f"{limit.name}: {limit.active_slots} of {limit.limit} slots taken{freed}{'' if limit.active else '; not active'}"
    )
    if limit.slot_decay_per_second:
        typer.echo("  Nobody holds them: what passes a rate limit takes slots, which come free again by themselves.")
    for word, claims in (("held by", limit.holders), ("waits", limit.waiters)):
        for claim in claims:
            typer.echo(f"  {word} {_who(claim)}, {claim.slots} since {ago(claim.asked, clock.now())}")
    typer.echo(f"  {change_words(change)}")


def _who(claim: SlotClaim) -> str:
    holder = claim.holder
    return claim.id if holder is None else f"{holder.type} {holder.name or holder.id}"
