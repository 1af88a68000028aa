"""`segue task`."""

from __future__ import annotations

from typing import Annotated

import typer

from segue.cli.group import noun
from segue.cli.record import opened
from segue.loading import load_tasks
from segue.task_worker import serve as serve_tasks

app = noun("Serve tasks that others start with `task.delay(...)`.")


@app.callback()
def _group() -> None:
    """Keep `serve` a word of its own although it is the only one."""


@app.command("serve")
def serve(
    entrypoints: Annotated[
        list[str], typer.Argument(help="FILE.py:TASK, or FILE.py for all its tasks.", metavar="FILE:TASK...")
    ],
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="At most so many runs at a time.")] = 10,
    status_port: Annotated[
        int | None, typer.Option("--status-port", metavar="PORT", help="Tell the worker's status at this port.")
    ] = None,
) -> None:
    """Run tasks that others start with `task.delay(...)`, until stopped.

    For example:

        segue task serve tasks.py:send_mail --limit 4
    """
    tasks = [task for entrypoint in entrypoints for task in load_tasks(entrypoint)]
    opened()
    serve_tasks(*tasks, limit=limit, status_server_port=status_port)
