"""What becomes of the files of deleted runs, in the words of people."""

from __future__ import annotations

import typer

from segue.backend.protocol import Backend
from segue.backend.sweeper import Sweeper, Swept
from segue.cli.words import plural, size
from segue.host import config
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


def counted(files: Swept) -> str:
    """Return how many files there are, and how large: `2 files (3 kB)`; nothing when there are none."""
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
