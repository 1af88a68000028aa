"""`segue version`."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

import msgspec
import typer

import segue
from segue.cli.group import single
from segue.cli.options import Output, OutputOption
from segue.host import config
from segue.store.library import library_version

#: What Segue stands on, as far as a report of a problem needs to know it.
BENEATH = ("msgspec", "apsw", "psycopg", "pydantic", "cloudpickle", "fsspec", "typer", "rich")


def show(output: OutputOption = Output.TABLE) -> None:
    """Show the versions of Segue and of what it stands on.

    For example:

        segue version -o json
    """
    facts = facts_of_versions()
    if output is Output.JSON:
        typer.echo(msgspec.json.encode(facts))
        return
    width = max(map(len, facts))
    for name, value in facts.items():
        typer.echo(f"{name:<{width}}  {value}")


def facts_of_versions() -> dict[str, str]:
    """Return every version that matters, by name."""
    facts = {
        "segue": segue.__version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "sqlite": library_version(),
        "profile": config.current().profile,
        "home": config.current().home,
    }
    for name in BENEATH:
        try:
            facts[name] = version(name)
        except PackageNotFoundError:
            facts[name] = "not installed"
    return facts


app = single(show)
