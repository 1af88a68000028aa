"""The same done to many flow runs: which are meant, what will be done, and what came of it for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import msgspec
import typer
from msgspec import Struct

from segue.backend.protocol import Backend
from segue.cli.faults import Exit, Fault
from segue.cli.record import confirm, flow_run
from segue.cli.selecting import Selection, flow_runs
from segue.cli.words import plural
from segue.model.errors import NotFound
from segue.wire.bulk import Many, Outcome, Outcomes
from segue.wire.operation import Operation
from segue.wire.queries import RunFilter

M = TypeVar("M", bound=Many)

#: Ids of one request, and runs whose names are said before they are asked about.
_SLICE, _SAID = 100, 5


def meant(backend: Backend, names: Sequence[str] | None, chosen: Selection) -> list[RunFilter]:
    """Return filters for the runs that were typed, or that fit; raises `Fault` when nothing says which."""
    if names and chosen.narrowed:
        raise Fault("Name the runs, or say --state, --flow and --since; not both.", Exit.USAGE)
    if names:
        ids = list(dict.fromkeys(flow_run(backend, name).id for name in names))
    elif not chosen.narrowed:
        raise Fault("Say which runs: by name or id, or with --state, --flow and --since.", Exit.USAGE)
    elif chosen.rest is None:
        return [chosen.where]
    else:
        # The record cannot be asked about these states in one question.
        ids = [run.id for run in flow_runs(backend, chosen)]
    return [RunFilter(ids=ids[at : at + _SLICE]) for at in range(0, len(ids), _SLICE)]


class Telling(Struct, frozen=True):
    """What is asked before it is done, and said of each run for which it was."""

    verb: str
    done: Callable[[Outcome], str]


def rehearsed(
    backend: Backend,
    operation: Operation[M, Outcomes],
    filters: Sequence[RunFilter],
    request: Callable[[RunFilter, bool], M],
) -> list[Outcome]:
    """Return what would come of it, for each run; nothing is done."""
    return list(_outcomes(backend, operation, [request(where, True) for where in filters]))


def act(
    backend: Backend,
    operation: Operation[M, Outcomes],
    filters: Sequence[RunFilter],
    request: Callable[[RunFilter, bool], M],
    telling: Telling,
    *,
    yes: bool,
    quiet: bool = False,
) -> Exit:
    """Rehearse it, ask, do it a slice at a time, and say what came of it for each run.

    `request` makes a request from a filter, and whether it is a rehearsal; `quiet` says only what was refused. Exits 4 when every
    run refused, 1 when some did.
    """
    doable = [each for each in rehearsed(backend, operation, filters, request) if each.done]
    if doable:
        said = ", ".join(each.name or each.id for each in doable[:_SAID])
        more = f" and {len(doable) - _SAID:,} more" if len(doable) > _SAID else ""
        confirm(f"{telling.verb} {plural(len(doable), 'flow run')} ({said}{more})?", yes=yes)
    done = refused = 0
    for each in _outcomes(backend, operation, [request(where, False) for where in filters]):
        if each.done:
            done += 1
            if not quiet:
                typer.echo(telling.done(each))
        elif each.code != NotFound.code:
            # One that is gone went with the run that had called it.
            refused += 1
            typer.echo(f"Flow run {each.name or each.id} was left alone: {each.detail or each.code}", err=True)
    if not done and not refused:
        typer.echo("No flow run fits.")
    if not refused:
        return Exit.DONE
    return Exit.FAILED if done else Exit.REFUSED


def _outcomes(backend: Backend, operation: Operation[M, Outcomes], requests: Sequence[M]) -> Iterator[Outcome]:
    for request in requests:
        asked = request
        while True:
            page = backend.call(operation, asked)
            yield from page.items
            if page.next is None:
                break
            asked = msgspec.structs.replace(asked, after=page.next)
