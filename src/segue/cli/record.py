"""The record as commands read it: opened once, true when read, its runs found by id or by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import typer

from segue.backend.embedded import EmbeddedBackend
from segue.backend.protocol import Backend
from segue.backend.reaper import reap
from segue.cli.faults import Exit, Fault, Switches
from segue.cli.words import ago
from segue.engine.lives import current_actor, current_reason
from segue.engine.session import reading
from segue.host import clock
from segue.host.person import user_name
from segue.model.runs import FlowRun, TaskRun
from segue.model.states import Actor
from segue.wire.operations import FLOW_LIST, FLOW_RUN_LIST, TASK_RUN_LIST
from segue.wire.queries import FlowQuery, RunFilter, RunQuery
from segue.wire.requests import Reaped

R = TypeVar("R", FlowRun, TaskRun)
T = TypeVar("T")

PAGE = 200


def opened() -> Backend:
    """Return what the settings in force record in, in which runs of this machine's dead processes are closed."""
    return opened_and_closed()[0]


def opened_and_closed() -> tuple[Backend, Reaped]:
    """Return what the settings in force record in, and which runs of dead processes were closed for that."""
    current_actor.set(person())
    backend = reading()
    return backend, reap(backend)


def database_itself() -> EmbeddedBackend:
    """Return the database of the settings in force, for what only can be done to it itself; raises `Fault`."""
    backend = opened()
    if not isinstance(backend, EmbeddedBackend):
        raise Fault(
            "This command works on the database itself, and SEGUE_API_URL names a server. Unset it on the machine of the database.",
            Exit.REFUSED,
        )
    return backend


def because(reason: str | None) -> None:
    """Let every change of this command say why it was made."""
    if reason is not None:
        current_reason.set(reason)


def person() -> Actor:
    """Return who is typing."""
    return Actor(kind="user", name=user_name(), means="cli")


def flow_run(backend: Backend, given: str, prefer: Callable[[FlowRun], bool] | None = None) -> FlowRun:
    """Return the flow run that an id, a part of one, or a name means: of several with one name the newest.

    With `prefer` the newest of those for which it holds, if there is any. Raises `Fault`.
    """
    query = RunQuery(where=RunFilter(id_or_name=given), limit=PAGE)
    found = backend.call(FLOW_RUN_LIST, query).items
    return _one("flow run", "flow-run", given, found, prefer)


def task_run(backend: Backend, given: str) -> TaskRun:
    """Return the task run that an id, a part of one, a name, or `FLOW_RUN/NAME` means. Raises `Fault`."""
    query = RunQuery(where=RunFilter(id_or_name=given), limit=PAGE)
    found = backend.call(TASK_RUN_LIST, query).items
    if not found and "/" in given:
        above, _, name = given.partition("/")
        where = RunFilter(names=[name], flow_run_ids=[flow_run(backend, above).id])
        found = backend.call(TASK_RUN_LIST, RunQuery(where=where, limit=PAGE)).items
    return _one("task run", "task-run", given, found, None)


def _one(what: str, noun: str, given: str, found: Sequence[R], prefer: Callable[[R], bool] | None) -> R:
    if not found:
        raise Fault(f"There is no {what} {given!r}.", Exit.NOT_FOUND, hint=f"`segue {noun} ls` lists them.")
    return newest(what, given, found, prefer)


def newest(what: str, given: str, found: Sequence[R], prefer: Callable[[R], bool] | None = None) -> R:
    """Return which of some runs is meant, the newest first: by id, or of those with one name the newest. Raises `Fault`."""
    exact = next((run for run in found if run.id == given), None)
    if exact is not None:
        return exact
    named = [run for run in found if run.name == given]
    if not named and len(found) > 1:
        ids = "\n".join(f"  {run.id}  {run.name}" for run in found[:10])
        raise Fault(f"Several {what}s have an id that begins with {given}; type more of it.", Exit.USAGE, hint=ids)
    candidates = named or list(found)
    chosen = next((run for run in candidates if prefer is not None and prefer(run)), candidates[0])
    if len(candidates) > 1:
        when = ago(chosen.created, clock.now())
        typer.echo(
            f"{len(candidates)} {what}s are called {given!r}; this is {chosen.id}, made {when}. Type an id to mean another.",
            err=True,
        )
    return chosen


def walk(page: Callable[[RunQuery], tuple[list[T], str | None]], where: RunFilter, *, sort: str) -> Iterator[T]:
    """Yield everything that a filter means, page by page."""
    after: str | None = None
    while True:
        items, after = page(RunQuery(where=where, sort=sort, limit=PAGE, after=after))
        yield from items
        if after is None:
            return


def confirm(question: str, *, yes: bool) -> None:
    """Ask before something that cannot be undone; raises `Fault` for a no, or where nobody can be asked."""
    if yes:
        return
    if not Switches.prompts or not typer.get_text_stream("stdin").isatty():
        raise Fault(f"{question} Nobody can be asked here: say --yes if that is meant.", Exit.REFUSED)
    if not typer.confirm(question, err=True):
        raise Fault("Nothing was changed.", Exit.REFUSED)


def complete_flow(incomplete: str) -> list[str]:
    """Return the names of flows for the shell."""
    query = FlowQuery(name_like=incomplete or None, limit=100)
    return [flow.name for flow in reading().call(FLOW_LIST, query).items]


def complete_flow_run(incomplete: str) -> list[str]:
    """Return the names of recent flow runs for the shell."""
    query = RunQuery(where=RunFilter(name_like=incomplete or None), limit=100)
    return list(dict.fromkeys(run.name for run in reading().call(FLOW_RUN_LIST, query).items))


def complete_task_run(incomplete: str) -> list[str]:
    """Return the names of recent task runs for the shell."""
    query = RunQuery(where=RunFilter(name_like=incomplete or None), limit=100)
    return list(dict.fromkeys(run.name for run in reading().call(TASK_RUN_LIST, query).items))
