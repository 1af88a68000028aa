"""The generated pages, each from the one place in the code that knows."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from typer import Context
from typer.core import TyperCommand, TyperGroup

from segue.decide import moves
from segue.model import settings

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

Command = TyperCommand | TyperGroup
#: What a run may be when it is made.
BORN = ("SCHEDULED", "PENDING")
NOTE = "<!-- Written by `make docs` from the code; changes made here are lost. -->\n"


def settings_page() -> str:
    """Every setting: what it means, what it may be, what it is by default."""
    lines = [
        "# Settings\n",
        NOTE,
        "A setting's name is that of its environment variable. `segue config view` prints each value in force with the",
        "layer it came from; `segue config set NAME=VALUE` writes it to the active profile.\n",
        "| name | means | may be | default |",
        "|---|---|---|---|",
    ]
    for setting in settings.table().values():
        also = f" Also known as {', '.join(f'`{name}`' for name in setting.also)}." if setting.also else ""
        default = "" if setting.default in ("", None) else f"`{_written(setting.default)}`"
        lines.append(
            f"| `{setting.name}` | {setting.description}{also} | {settings.expected(setting.type)} | {default} |"
        )
    return "\n".join(lines) + "\n"


def _written(default: object) -> str:
    if isinstance(default, bool):
        return str(default).lower()
    return str(default)


def states_page() -> str:
    """The law of states in its own words, and the legal moves as diagrams and tables."""
    title, _, essay = inspect.cleandoc(moves.__doc__ or "").partition("\n\n")
    parts = ["# States\n", NOTE, f"{title}\n\n{essay}\n"]
    for heading, table in (("Flow runs", moves.FLOW_MOVES), ("Task runs", moves.TASK_MOVES)):
        parts += [f"## {heading}\n", *_diagram(table), "", *_table(table), ""]
    return "\n".join(parts)


def _diagram(table: Mapping[str, Collection[str]]) -> Iterator[str]:
    ends = [kind for kind in table if moves.is_final(kind)]
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield "    state Ended {"
    yield from (f"        {kind}" for kind in ends)
    yield "    }"
    yield from (f"    [*] --> {kind}" for kind in BORN)
    for kind, targets in table.items():
        if set(ends) <= set(targets):
            yield f"    {kind} --> Ended"
        yield from (
            f"    {kind} --> {after}" for after in table if after in targets and not _folded(after, targets, ends)
        )
    yield "    Ended --> [*]"
    yield "```"


def _folded(kind: str, targets: Collection[str], ends: list[str]) -> bool:
    """One arrow to all ends stands for four: drawn singly they hide the rest."""
    return kind in ends and set(ends) <= set(targets)


def _table(table: Mapping[str, Collection[str]]) -> Iterator[str]:
    yield "| from | to |"
    yield "|---|---|"
    for kind, targets in table.items():
        yield f"| {kind} | {', '.join(after for after in table if after in targets) or 'nowhere: it is final'} |"


def cli_page(root: Command) -> str:
    """Every command with its options and its example, in the order of `--help`."""
    return "\n".join(["# Command line\n", NOTE, *(line for command in _tree(root) for line in _section(command))])


def _tree(command: Command, parent: Context | None = None) -> Iterator[tuple[Context, Command]]:
    context = Context(command, parent=parent, info_name=command.name if parent else "segue")
    if command.hidden:
        return
    yield context, command
    if isinstance(command, TyperGroup):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if isinstance(child, Command):
                yield from _tree(child, context)


def _section(entry: tuple[Context, Command]) -> Iterator[str]:
    context, command = entry
    yield f"## {context.command_path}\n"
    yield f"{_prose(command.help or '')}\n"
    # Every command has `--help`, and of `param.hidden` the record is empty.
    records = (param.get_help_record(context) for param in command.params if param.name != "help")
    rows = [record for record in records if record]
    if rows:
        yield "| option | means |"
        yield "|---|---|"
        yield from (f"| `{_cell(option)}` | {_cell(meaning)} |" for option, meaning in rows)
        yield ""


def _prose(text: str) -> str:
    # A form feed ends what is shown, and a line of its own with a backspace keeps the next lines as they are.
    return inspect.cleandoc(text).partition("\f")[0].replace("\b\n", "").strip()


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
