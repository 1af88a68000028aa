"""`segue whoami`."""

from __future__ import annotations

import typer

from segue.backend.open import connect_backend
from segue.cli.group import single
from segue.cli.key import facts
from segue.cli.listing import as_json
from segue.cli.options import Output, OutputOption
from segue.engine.session import caller
from segue.host import config
from segue.host.person import user_name
from segue.model.settings import Settings
from segue.wire.people import ME_READ, Me
from segue.wire.requests import Nothing


def whoami(output: OutputOption = Output.TABLE) -> None:
    """Say who you are to the server of the profile in use, and what you may do there.

    For example:

        segue whoami -o json
    """
    settings = config.current()
    if settings.api.url is None:
        _say_here(settings, output)
        return
    backend = connect_backend(
        settings.api.url, key=settings.api.key, home=settings.home, caller=caller, settings=settings
    )
    try:
        me = backend.call(ME_READ, Nothing())
    finally:
        backend.close()
    if output is Output.JSON:
        shown = {name: getattr(me, name) for name in ("name", "role", "rights", "by", "open")}
        typer.echo(
            as_json({
                "server": settings.api.url, "profile": settings.profile, **shown,
                "key": facts(me.key) if me.key is not None else None,
            })
        )  # fmt: skip
        return
    typer.echo(f"Server   {settings.api.url} (profile {settings.profile})")
    typer.echo(_told(me))


def _told(me: Me) -> str:
    if me.open:
        return f"You      {me.name}: nobody needs an account there, because there is none yet"
    if me.name is None:
        return "You      nobody it knows. `segue login` signs in."
    lines = [f"You      {me.name}{f' ({me.role})' if me.role else ''}", f"May      {', '.join(me.rights) or 'nothing'}"]
    if me.key is not None:
        until = "never expires" if me.key.expires is None else f"expires {me.key.expires.astimezone():%Y-%m-%d %H:%M}"
        lines.append(f"Key      {me.key.name} ({me.key.hint}…), {until}")
    return "\n".join(lines)


def _say_here(settings: Settings, output: Output) -> None:
    name = user_name()
    if output is Output.JSON:
        typer.echo(as_json({"server": None, "profile": settings.profile, "name": name, "by": "system"}))
        return
    typer.echo(f"You are {name}, as the operating system knows you: runs are recorded here, and no server is asked.")
    typer.echo("`segue login URL` connects to one.")


app = single(whoami)
