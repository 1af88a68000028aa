"""How a page of documentation becomes a program that tests can run.

Two kinds of fenced block are executed, in the order of the page and in one folder that starts empty:

* ```` ```python title=hello.py ```` puts its text into that file. Without a title the text is itself a program: it is
  run, and must end well.
* ```` ```console ```` is a dialogue with the shell. A line that begins with `$ ` is a command (a `\\` at its end carries
  it on to the next line); the lines up to the next command are what it prints, standard error included. A command
  must exit with 0, or with the number that its own comment announces: `$ python broken.py  # exits 1`. Each
  command starts in the page's folder; a `cd` or an `export` ends with its line.

Every other language is only shown: what installs something, or would change the machine, is written as ```` ```sh ````.
Indented fences and fences inside HTML comments are text as well.

What a page shows is compared word by word, except that `...` inside a line stands for anything in that line, a line
that is only `...` stands for any number of lines, and blanks at the end of a line do not count.

A page that needs an extra says so once, in a comment: `<!-- needs segue[demo] -->`. Otherwise it runs in an environment
that holds nothing but the installed wheel and what the wheel asks for. `<!-- needs a PostgreSQL database: NAME -->` lets the
variable NAME hold the address of one that is empty.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

FENCE = re.compile(r"^```([\w-]*)[ \t]*([^\n`]*)\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
EXTRAS = re.compile(r"<!--\s*needs segue\[([\w,-]+)\]\s*-->")
DATABASE = re.compile(r"<!--\s*needs a PostgreSQL database: ([A-Z_]+)\s*-->")
EXIT = re.compile(r"#\s*exits (\d+)\s*$")


class PageError(ValueError):
    """A block that cannot be read as this module's docstring says."""


@dataclass(frozen=True)
class File:
    """A program that the page tells the reader to write down."""

    line: int
    name: str
    text: str


@dataclass(frozen=True)
class Program:
    """A program that is run as it stands."""

    line: int
    text: str


@dataclass(frozen=True)
class Command:
    """A command, what it prints, and the code it exits with."""

    line: int
    text: str
    prints: tuple[str, ...] = ()
    exits: int = 0


Step = File | Program | Command


def extras(page: str) -> tuple[str, ...]:
    """Return the extras of the package that a page needs, sorted."""
    return tuple(sorted({name for found in EXTRAS.findall(page) for name in found.split(",")}))


def database(page: str) -> str | None:
    """Return the name of the variable that is to hold the address of a database, if the page needs one."""
    found = DATABASE.search(page)
    return found[1] if found else None


def steps(page: str) -> Iterator[Step]:
    """Yield what a reader of the page does, in order."""
    # Blanked rather than cut, so that line numbers stay true.
    shown = COMMENT.sub(lambda comment: re.sub(r"[^\n]", " ", comment[0]), page)
    for fence in FENCE.finditer(shown):
        language, about, body = fence.groups()
        line = shown.count("\n", 0, fence.start()) + 1
        match language:
            case "python":
                title = _title(about, line)
                yield File(line, title, body) if title else Program(line, body)
            case "console":
                yield from _dialogue(body, line)
            case _:
                pass


def _title(about: str, line: int) -> str:
    if not about.strip():
        return ""
    found = re.fullmatch(r"title=(?:\"([^\"]+)\"|(\S+))\s*", about)
    if not found:
        msg = f"line {line}: a python block is followed by nothing, or by title=FILE, not by {about!r}"
        raise PageError(msg)
    name = found[1] or found[2]
    if name.startswith("/") or ".." in name.split("/"):
        msg = f"line {line}: {name} lies outside the page's folder"
        raise PageError(msg)
    return name


def _dialogue(body: str, first: int) -> Iterator[Command]:
    at, command, prints = first, "", list[str]()
    lines = iter(enumerate(body.splitlines(), first + 1))
    for number, line in lines:
        if line.startswith("$ "):
            if command:
                yield _command(at, command, prints)
            at, command, prints = number, line[2:], []
            while command.endswith("\\"):
                command = command[:-1] + next(lines, (0, ""))[1].lstrip()
        elif not command:
            msg = f"line {number}: a console block begins with a command, `$ ...`"
            raise PageError(msg)
        else:
            prints.append(line.rstrip())
    if command:
        yield _command(at, command, prints)


def _command(line: int, text: str, prints: list[str]) -> Command:
    announced = EXIT.search(text)
    if not shlex.split(text, comments=True):
        msg = f"line {line}: an empty command"
        raise PageError(msg)
    return Command(line, text, tuple(prints), int(announced[1]) if announced else 0)


def agrees(shown: tuple[str, ...], printed: tuple[str, ...]) -> bool:
    """Return whether what was printed is what the page shows, `...` standing for anything."""
    if not shown:
        return not printed
    if shown[0].strip() == "...":
        return any(agrees(shown[1:], printed[count:]) for count in range(len(printed) + 1))
    return bool(printed) and _line(shown[0]).fullmatch(printed[0]) is not None and agrees(shown[1:], printed[1:])


def _line(shown: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in shown.rstrip().split("...")))
