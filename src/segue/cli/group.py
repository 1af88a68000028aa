"""Groups of commands: the root, which loads a noun's module when it is used, and the nouns themselves."""

# ruff: noqa: ARG002 - the arguments of these methods are typer's

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable
from typing import Any

import typer
import typer.main
from typer.core import TyperCommand, TyperGroup

from segue.cli.catalogue import COMMANDS, EXAMPLE, EXIT_CODES, SUMMARY, help_text, noun_of

Command = TyperCommand | TyperGroup


class Root(TyperGroup):
    """`segue` itself: knows the nouns by name, and loads one when it is asked for."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]  # typer's own context class
        """Return the nouns."""
        return list(COMMANDS)

    def get_command(self, ctx: typer.Context, cmd_name: str) -> Command | None:  # type: ignore[override]  # the same
        """Return the commands of a noun."""
        cmd_name = noun_of(cmd_name)
        found = COMMANDS.get(cmd_name)
        if found is None:
            return None
        if cmd_name not in self.commands:
            module = importlib.import_module(found[0])
            command = typer.main.get_command(module.app)
            command.name = cmd_name
            self.commands[cmd_name] = command
        command = self.commands[cmd_name]
        return command if isinstance(command, Command) else None

    def format_help(self, ctx: typer.Context, formatter: Any) -> None:  # type: ignore[override]  # the same
        """Write the help that needs no noun loaded."""
        formatter.write(help_text())

    def resolve_command(self, ctx: typer.Context, args: list[str]) -> Any:  # type: ignore[override]  # the same
        """Suggest from all nouns, loaded or not."""
        if noun_of(args[0]) not in COMMANDS:
            self.commands = {**dict.fromkeys(COMMANDS), **self.commands}  # type: ignore[dict-item]  # names are all it reads
        return super().resolve_command(ctx, args)


class _Shown(TyperCommand):
    """A command whose examples stand in its help as they are typed, a line each."""

    def format_help_text(self, ctx: typer.Context, formatter: Any) -> None:  # type: ignore[override]  # typer's own context class
        """Write what the command does."""
        text = inspect.cleandoc(self.help or "").partition("\f")[0]
        formatter.write_paragraph()
        with formatter.indentation():
            # A paragraph that begins with this mark is not filled.
            formatter.write_text(re.sub(r"(?m)(?<=\n\n)(?= {4}\S)", "\b\n", text))


class _Noun(typer.Typer):
    def command(self, name: str | None = None, **settings: Any) -> Callable[..., Any]:
        """Return a decorator that makes a command of a function."""
        return super().command(name, **{"cls": _Shown, **settings})


def root_help() -> str:
    """Return the root's help for the reference."""
    return f"{SUMMARY}\n\nFor example:\n\n    {EXAMPLE}\n\n```text\n{EXIT_CODES}```"


def noun(purpose: str) -> typer.Typer:
    """Return an empty group of commands."""
    return _Noun(
        help=purpose, no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False
    )


def single(function: Callable[..., None]) -> typer.Typer:
    """Return a noun that is one command by itself."""
    app = _Noun(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.command()(function)
    return app
