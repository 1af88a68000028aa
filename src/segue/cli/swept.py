"""What becomes of the files of deleted runs, in the words of people."""

from __future__ import annotations

from datetime import timedelta

import typer

from segue.backend import environments
from segue.backend.protocol import Backend
from segue.backend.sweeper import Sweeper, Swept
from segue.cli.words import plural, size
from segue.host import clock, config
from segue.wire.discarded import DISCARDED_DOOMED, Doomed

#: Files that could not be taken away and are named.
_NAMED = 5


def sweep(backend: Backend) -> Swept:
    """Take away the files of deleted runs that lie in this home."""
    return _sweeper(backend).sweep()


def doomed(backend: Backend, asked: Doomed) -> Swept:
    """Say which files would be taken away with the runs that this deletes."""
    return _sweeper(backend).measure(backend.call(DISCARDED_DOOMED, asked).ids)


def _sweeper(backend: Backend) -> Sweeper:
    settings = config.current()
    return Sweeper(backend, settings.home, settings.results.local_storage_path)


def unused(keep: timedelta | None) -> Swept:
    """Say which environments of this home nobody has used for so long, by default for their keep time."""
    found = environments.unused(config.current().home, _kept(keep), clock.now())
    return Swept(sum(each.files for each in found), sum(each.bytes for each in found))


def take_away(keep: timedelta | None) -> Swept:
    """Take away these environments."""
    return environments.take_away(config.current().home, _kept(keep), clock.now())


def _kept(keep: timedelta | None) -> timedelta | None:
    days = config.current().retention.environments_days
    return keep if keep is not None or days is None else timedelta(days=days)


def tell_unused(verb: str, files: Swept) -> None:
    """Say how much environments come to that nobody uses, and what could not be deleted of them."""
    if files.files:
        typer.echo(f"{verb} {counted(files)} of environments that no run uses any more.")
    for failed in files.failed[:_NAMED]:
        typer.echo(f"Could not delete {failed}", err=True)


def counted(files: Swept) -> str:
    """Return how many files there are, and how large: `2 files (3.0 KB)`; nothing when there are none."""
    return f"{plural(files.files, 'file')} ({size(files.bytes)})" if files.files else ""


def tell(files: Swept) -> None:
    """Say which files were taken away, and which could not be."""
    if files.files:
        typer.echo(f"Deleted {counted(files)} of deleted runs.")
    for failed in files.failed[:_NAMED]:
        typer.echo(f"Could not delete {failed}", err=True)
    if files.failed:
        typer.echo(
            f"{plural(len(files.failed), 'file')} could not be deleted; that is tried again once a day, and by "
            "`segue database prune`.",
            err=True,
        )
