"""The root of all commands, with the options that come before one."""

from __future__ import annotations

from typing import Annotated

import typer
import typer.main

from segue.cli.catalogue import OPTIONS
from segue.cli.faults import Switches
from segue.cli.group import Command, Root, root_help
from segue.host import config
from segue.model.settings import WrongSetting

app = typer.Typer(
    cls=Root,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help=root_help(),
)


def root() -> Command:
    """Return the root command."""
    command = typer.main.get_command(app)
    if not isinstance(command, Root):
        raise TypeError("the root is a group")
    return command


@app.callback()
def before(
    profile: Annotated[str | None, typer.Option(help=OPTIONS["--profile NAME"], metavar="NAME")] = None,
    no_prompt: Annotated[bool, typer.Option("--no-prompt", help=OPTIONS["--no-prompt"])] = False,
    debug: Annotated[bool, typer.Option("--debug", help=OPTIONS["--debug"])] = False,
) -> None:
    """Take in what holds for every command."""
    Switches.prompts = not no_prompt
    if profile is not None:
        config.choose_profile(profile)
    try:
        Switches.debug = debug or config.current().debug_mode
    except WrongSetting:
        # For the command to say; `config validate` and `doctor` are there for just that.
        Switches.debug = debug
