"""`segue server`."""

from __future__ import annotations

from typing import Annotated

import typer

import segue
from segue.cli.group import noun
from segue.host import config
from segue.server.serving import serve

app = noun("The server: an HTTP API and live streams over the database.")


@app.command()
def start(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = 4747,
    log_level: Annotated[str, typer.Option(help="Least level of the server's own log lines.")] = "WARNING",
) -> None:
    """Serve the database that runs here use, until interrupted.

    For example:

        segue server start --port 4747
    """
    serve(config.current(), version=segue.__version__, host=host, port=port, log_level=log_level)


@app.callback()
def server() -> None:
    """The server: an HTTP API and live streams over the database."""
