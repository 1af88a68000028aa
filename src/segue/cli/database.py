"""`segue database`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from segue.backend.embedded import EmbeddedBackend
from segue.backend.pruner import prune as prune_all
from segue.backend.pruner import retention
from segue.backend.upkeep import put_aside, size_of, users
from segue.cli import swept
from segue.cli.faults import Exit, Fault
from segue.cli.group import noun
from segue.cli.listing import as_json
from segue.cli.options import Output, OutputOption, ReasonOption, YesOption, age
from segue.cli.pruned import counted
from segue.cli.record import because, confirm, database_itself
from segue.cli.words import plural, size
from segue.engine.session import forget
from segue.host import clock, config
from segue.model.errors import NotSound
from segue.wire.discarded import Doomed
from segue.wire.operations import UPKEEP_PRUNABLE, UPKEEP_STATS
from segue.wire.requests import Nothing, Prune

app = noun("The database: upgrade, back up, restore, prune, check.")


@app.command("upgrade")
def upgrade(reason: ReasonOption = None) -> None:
    """Bring the database to this version; what an older version still needs is given up.

    Opening a database upgrades it as far as an older version can follow; this finishes it.

    For example:

        segue database upgrade
    """
    because(reason)
    backend = database_itself()
    schema = backend.upgrade()
    backend.tell("upgraded", schema=schema)
    typer.echo(f"The database {backend.address} has schema {schema}, the newest.")


@app.command("backup")
def backup(
    path: Annotated[Path, typer.Argument(help="A file that does not exist yet.", metavar="PATH")],
) -> None:
    """Write a consistent copy of a SQLite database while others go on.

    For example:

        segue database backup segue-2026-01-31.db
    """
    target = path.expanduser().absolute()
    database_itself().back_up(str(target))
    typer.echo(f"Wrote {target} ({size(target.stat().st_size)}).")


@app.command("restore")
def restore(
    path: Annotated[Path, typer.Argument(help="A file that `segue database backup` wrote.", metavar="PATH")],
    yes: YesOption = False,
    reason: ReasonOption = None,
) -> None:
    """Replace the database by a backup; refused while other processes run something.

    What the backup shows as running is closed, and what was granted before the restore can no longer write.

    For example:

        segue database restore segue-2026-01-31.db --yes --reason "the disk was damaged"
    """
    because(reason)
    source = path.expanduser().absolute()
    if not source.is_file():
        raise Fault(f"There is no file {source}.", Exit.NOT_FOUND)
    try:
        backend = database_itself()
    except NotSound as problem:
        backend = _in_place_of(problem, yes=yes)
    else:
        _refuse_if_used(backend)
        confirm(f"Replace everything in {backend.address} by {source}?", yes=yes)
    backend.bring_back(str(source))
    backend.tell("restored", source=source.name)
    many = backend.call(UPKEEP_STATS, Nothing()).rows.get("flow_run", 0)
    typer.echo(f"Restored {backend.address}: {plural(many, 'flow run')}.")


def _refuse_if_used(backend: EmbeddedBackend) -> None:
    busy = users(backend)
    if busy:
        who = ", ".join(f"process {each.pid} on {each.host}" for each in busy)
        hint = "Cancel what runs there, or wait for its end."
        raise Fault(f"The database is in use by {who}.", Exit.REFUSED, hint=hint)


def _in_place_of(problem: NotSound, *, yes: bool) -> EmbeddedBackend:
    """Put a file aside that cannot be read, and return an empty database in its place."""
    confirm(f"{problem} Put it aside and begin with the backup? Nothing must be using it.", yes=yes)
    forget()
    aside = put_aside(config.current().database.url, f"broken-{clock.now():%Y%m%d-%H%M%S}")
    typer.echo(f"The file that could not be read is {aside} now.")
    return database_itself()


@app.command("prune")
def prune(
    older_than: Annotated[
        str | None,
        typer.Option("--older-than", metavar="AGE", help="12h, 30d, 4w; by default each kind's own keep time."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be deleted.")] = False,
    yes: YesOption = False,
    reason: ReasonOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Delete what is older than its keep time (settings `retention.*`); what has not ended is kept.

    The files that deleted runs kept in this home go with them, and so do environments in it that no flow has asked for by its
    header (`# /// script`) for so long. Without being asked, the same is done once a day beside whatever runs first.

    For example:

        segue database prune --older-than 30d --dry-run
    """
    because(reason)
    backend = database_itself()
    keep = None if older_than is None else age(older_than)
    request = (
        retention(config.current().retention)
        if keep is None
        else Prune(logs=keep, events=keep, task_runs=keep, flow_runs=keep, artifacts=keep)
    )
    if not dry_run:
        what = "its keep time" if older_than is None else older_than
        confirm(f"Delete everything older than {what}?", yes=yes)
    if dry_run:
        done, files = backend.call(UPKEEP_PRUNABLE, request), swept.doomed(backend, Doomed(prune=request))
        environments = swept.unused(keep)
    else:
        done = prune_all(backend, request)
        files, environments = swept.sweep(backend), swept.take_away(keep)
    if output is Output.JSON:
        facts = {**msgspec.to_builtins(done), **msgspec.to_builtins(files), "environments": environments}
        typer.echo(as_json({"dry_run": dry_run, **facts}))
        return
    verb = "Would delete" if dry_run else "Deleted"
    kept = f"{swept.counted(files)} that these runs kept" if dry_run and files.files else ""
    what = " and ".join(filter(None, (counted(done), kept)))
    if what or not (files.files or environments.files):
        typer.echo(f"{verb} {what or 'nothing: nothing is that old'}.")
    if not dry_run:
        swept.tell(files)
    swept.tell_unused(verb, environments)


@app.command("check")
def check(output: OutputOption = Output.TABLE) -> None:
    """Check the database's integrity; exits 0 when it is sound.

    For example:

        segue database check
    """
    backend = database_itself()
    found = backend.check()
    stats = backend.call(UPKEEP_STATS, Nothing())
    if output is Output.JSON:
        typer.echo(
            as_json({"sound": not found, "problems": found, "address": backend.address, **msgspec.to_builtins(stats)})
        )
    elif found:
        typer.echo(f"The database {backend.address} is not sound:", err=True)
        for problem in found:
            typer.echo(f"  {problem}", err=True)
        typer.echo("`segue database restore PATH` brings back a backup.", err=True)
    else:
        bytes_ = size_of(config.current().database.url)
        large = "" if bytes_ is None else f", {size(bytes_)}"
        rows = ", ".join(
            plural(stats.rows.get(table, 0), table.replace("_", " ")) for table in ("flow_run", "task_run", "log")
        )
        typer.echo(f"The database {backend.address} is sound: schema {stats.schema_version}{large}, {rows}.")
    if found:
        raise typer.Exit(Exit.FAILED)
