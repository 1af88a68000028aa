"""`segue dashboard`."""

from __future__ import annotations

import webbrowser
from typing import Annotated

import typer

from segue.cli.faults import Exit, Fault
from segue.cli.group import noun
from segue.cli.server_state import look
from segue.host import config
from segue.model.settings import Settings

app = noun("The web pages of the server in use.")


@app.callback()
def _group() -> None:
    """Keep `open` a word of its own although it is the only one."""


@app.command("open")
def open_(
    print_only: Annotated[bool, typer.Option("--print", help="Only say where they are.")] = False,
) -> None:
    """Open the web pages of the server in use, and say where they are.

    For example:

        segue dashboard open
    """
    address = _address(config.current())
    typer.echo(address)
    if not print_only and not webbrowser.open(address):
        typer.echo("No browser could be opened here; open the address in one of yours.", err=True)


def _address(settings: Settings) -> str:
    if settings.ui_url:
        return settings.ui_url
    if settings.api.url:
        return settings.api.url.removesuffix("/").removesuffix("/api")
    found = next((seen for seen in look(settings, None) if seen.state == "ready"), None)
    if found is None:
        hint = "`segue server start --background` starts one; `segue login URL` uses one elsewhere."
        raise Fault("No server is ready here.", Exit.NOT_FOUND, hint=hint)
    return found.url
