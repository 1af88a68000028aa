"""`segue automation`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec
import typer
import yaml

from segue.cli.automation_names import FileOption, JsonOption, Name, every, find, given
from segue.cli.automation_past import past
from segue.cli.automation_words import action_kind, action_words, trigger_lines
from segue.cli.cells import Cell, Column
from segue.cli.changes import change_facts, change_words, last_change
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
    YesOption,
    since,
)
from segue.cli.record import PAGE, because, confirm, opened
from segue.cli.words import ago, plural, short
from segue.host import clock
from segue.model.automations import Automation
from segue.wire import automations as w
from segue.wire.requests import ById

app = noun("What is done when something happens, or does not.")

AUTOMATIONS: Kind[Automation] = Kind(
    columns=(
        Column("NAME", stretches=True), Column("ENABLED"), Column("FIRES WHEN", stretches=True), Column("DOES", spare=True),
        Column("CHANGED"),
    ),
    cells=lambda each: (
        Cell(each.name, "strong"),
        Cell("yes" if each.enabled else "no"),
        Cell(short(" ".join(line.strip() for line in trigger_lines(each.trigger)), 80)),
        Cell(short(", ".join(action_kind(action) for action in each.actions), 40)),
        Cell(ago(each.updated, clock.now())),
    ),
    facts=msgspec.to_builtins,
    none_yet="There are no automations yet. `segue automation create --from-file FILE` makes one.",
    none_fits="No automation fits. `segue automation ls` lists all of them.",
)  # fmt: skip


@app.command("ls")
def ls(
    state: StateOption = None,
    flow: FlowOption = None,
    since_: SinceOption = None,
    related_to: Annotated[
        str | None,
        typer.Option(
            "--related-to", metavar="RESOURCE", help="Only what has to do with it, such as segue.deployment.ID."
        ),
    ] = None,
    limit: LimitOption = 50,
    count: CountOption = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """List automations, newest first. They have neither state nor flow: asking for one finds none.

    For example:

        segue automation ls
    """
    backend = opened()
    query = w.AutomationQuery(created_after=since(since_), related_to=related_to, sort="-created", limit=PAGE)
    asked = Asked(limit, count, output, narrowed=bool(state or flow or since_ or related_to))
    if state or flow:
        present(AUTOMATIONS, (), asked)
        return
    present(AUTOMATIONS, every(backend, query), asked, total=lambda: backend.call(w.AUTOMATION_COUNT, query).count)


@app.command("create")
def create(from_file: FileOption = None, from_json: JsonOption = None, reason: ReasonOption = None) -> None:
    """Make an automation, or several, as a file describes them.

    For example:

        segue automation create --from-file tell-me.yaml
    """
    because(reason)
    backend = opened()
    for new in given(from_file, from_json):
        made = backend.call(w.AUTOMATION_CREATE, new)
        typer.echo(f"Made automation {made.name} ({made.id}).")


@app.command("update")
def update(name: Name, from_file: FileOption = None, from_json: JsonOption = None, reason: ReasonOption = None) -> None:
    """Bring an automation up to date with a file that describes all of it.

    For example:

        segue automation update "tell me" --from-file tell-me.yaml
    """
    because(reason)
    backend = opened()
    found = find(backend, name)
    described = given(from_file, from_json)
    if len(described) != 1:
        raise Fault(f"One automation is wanted, and here are {len(described)}.", Exit.USAGE)
    facts = {fact: getattr(described[0], fact) for fact in w.EditAutomation.__struct_fields__ if fact != "id"}
    backend.call(w.AUTOMATION_EDIT, w.EditAutomation(id=found.id, **facts))
    typer.echo(f"Updated automation {described[0].name}.")


@app.command("inspect")
def inspect(
    name: Name,
    output: OutputOption = Output.TABLE,
    as_yaml: Annotated[bool, typer.Option("--yaml", help="As a file that `create` takes.")] = False,
    json: Annotated[bool, typer.Option("--json", help="The same as -o json.")] = False,
) -> None:
    """Show an automation: what fires it, what it does, how often it has fired, who changed it last and why.

    For example:

        segue automation inspect "tell me" --yaml
    """
    backend = opened()
    found = find(backend, name)
    if as_yaml:
        typer.echo(yaml.safe_dump(_described(found), sort_keys=False, allow_unicode=True), nl=False)
        return
    change = last_change(backend, f"segue.automation.{found.id}")
    if output is Output.JSON or json:
        typer.echo(as_json({**msgspec.to_builtins(found), **change_facts(change)}))
        return
    for label, words in _lines(found):
        typer.echo(f"{label:<12}{words}")
    newest = backend.call(w.AUTOMATION_FIRING_LIST, w.AutomationFiringQuery(automation_ids=[found.id], limit=3)).items
    now = clock.now()
    for n, firing in enumerate(newest):
        typer.echo(f"{'Fired' if n == 0 else '':<12}{ago(firing.fired, now)}: {firing.reason}")
    if not newest:
        typer.echo(f"{'Fired':<12}never; `segue automation explain` says why")
    typer.echo(f"{'Changed':<12}{change_words(change)}\n{'Id':<12}{found.id}")


def _described(of: Automation) -> object:
    """Return an automation as a file describes it."""
    facts = {
        fact: getattr(of, fact) for fact in w.NewAutomation.__struct_fields__ if fact not in {"id", "owner_resource"}
    }
    return msgspec.to_builtins(w.NewAutomation(**facts))


def _lines(of: Automation) -> Iterator[tuple[str, str]]:
    yield "Name", f"{of.name}{'' if of.enabled else ' (disabled)'}"
    if of.description:
        yield "About", short(of.description)
    if of.tags:
        yield "Tags", ", ".join(of.tags)
    if of.owner_resource is not None:
        yield "Belongs to", of.owner_resource
    for n, line in enumerate(trigger_lines(of.trigger)):
        yield ("Fires when" if n == 0 else ""), line
    for label, actions in (
        ("Does", of.actions),
        ("On trigger", of.actions_on_trigger),
        ("On resolve", of.actions_on_resolve),
    ):
        for n, action in enumerate(actions):
            yield (label if n == 0 else ""), action_words(action)


@app.command("enable")
def enable(name: Name, reason: ReasonOption = None) -> None:
    """Let an automation fire.

    For example:

        segue automation enable "tell me"
    """
    _turn(name, reason, on=True)


@app.command("resume")
def resume(name: Name, reason: ReasonOption = None) -> None:
    """Let an automation fire; another word for enable.

    For example:

        segue automation resume "tell me"
    """
    _turn(name, reason, on=True)


@app.command("disable")
def disable(name: Name, reason: ReasonOption = None) -> None:
    """Let an automation not fire until it is enabled again; what it has counted is forgotten.

    For example:

        segue automation disable "tell me" --reason "the holidays"
    """
    _turn(name, reason, on=False)


@app.command("pause")
def pause(name: Name, reason: ReasonOption = None) -> None:
    """Let an automation not fire until it is resumed; another word for disable.

    For example:

        segue automation pause "tell me" --reason "the holidays"
    """
    _turn(name, reason, on=False)


def _turn(name: str, reason: str | None, *, on: bool) -> None:
    because(reason)
    backend = opened()
    found = backend.call(w.AUTOMATION_EDIT, w.EditAutomation(id=find(backend, name).id, enabled=on))
    typer.echo(f"{'Enabled' if on else 'Disabled'} automation {found.name}.")


@app.command("delete")
def delete(
    name: Annotated[str | None, typer.Argument(help="Name of an automation, or its id.", metavar="NAME")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All automations.")] = False,
    yes: YesOption = False,
    reason: ReasonOption = None,
) -> None:
    """Delete an automation; its firings stay.

    For example:

        segue automation delete "tell me" --yes
    """
    because(reason)
    backend = opened()
    if (name is None) is not everything:
        raise Fault("Say which automation, or --all.", Exit.USAGE)
    doomed = list(every(backend, w.AutomationQuery(limit=PAGE))) if name is None else [find(backend, name)]
    what = plural(len(doomed), "automation") if name is None else f"automation {doomed[0].name}"
    confirm(f"Delete {what}?", yes=yes)
    for each in doomed:
        backend.call(w.AUTOMATION_DELETE, ById(each.id))
    typer.echo(f"Deleted {what}.")


past(app)
