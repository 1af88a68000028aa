"""Options and arguments that many commands share, and how what is typed into them is understood."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Annotated

import msgspec
import typer

from segue.cli.faults import Exit, Fault
from segue.host import clock
from segue.model.states import STATE_TYPES


class Output(Enum):
    """Forms of output."""

    TABLE = "table"
    JSON = "json"


OutputOption = Annotated[Output, typer.Option("--output", "-o", help="For people, or for programs.")]


def _complete_state(incomplete: str) -> list[str]:
    """Return the states there are, in the letters in which one was begun: types in capitals, names not."""
    names = [*(kind for kind in STATE_TYPES), *(cls.__name__ for cls in STATE_TYPES.values())]
    return [name for name in names if name.startswith(incomplete)]


def _complete_flow(incomplete: str) -> list[str]:
    """Return the names of flows for the shell."""
    from segue.cli.record import complete_flow  # noqa: PLC0415 - a door: only a shell that completes asks the record

    return complete_flow(incomplete)


StateOption = Annotated[
    list[str] | None,
    typer.Option(
        "--state",
        "-s",
        metavar="STATE",
        help="Only this state, by type or name; repeat for several.",
        autocompletion=_complete_state,
    ),
]
FlowOption = Annotated[
    list[str] | None,
    typer.Option(
        "--flow",
        "-f",
        metavar="FLOW",
        help="Only what belongs to this flow; repeat for several.",
        autocompletion=_complete_flow,
    ),
]
SinceOption = Annotated[
    str | None,
    typer.Option("--since", metavar="WHEN", help="Only what was made since: 90s, 15m, 1h, 2d, 1w, or a date and time."),
]
LimitOption = Annotated[int, typer.Option("--limit", "-n", metavar="N", min=0, help="At most so many, newest first.")]
CountOption = Annotated[bool, typer.Option("--count", help="Only say how many there are.")]
HeadOption = Annotated[int | None, typer.Option("--head", metavar="N", min=1, help="Only the first lines.")]
TailOption = Annotated[int | None, typer.Option("--tail", metavar="N", min=1, help="Only the last lines.")]
ReverseOption = Annotated[bool, typer.Option("--reverse", "-r", help="Newest first.")]
LevelOption = Annotated[str | None, typer.Option("--level", help="Only this level and above.")]
FollowOption = Annotated[bool, typer.Option("--follow", help="Go on with what comes, until the run ends.")]
ReasonOption = Annotated[str | None, typer.Option("--reason", metavar="WORDS", help="Why; kept with the change.")]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
ParameterOption = Annotated[
    list[str] | None,
    typer.Option("--param", "-p", metavar="KEY=VALUE", help="A parameter; the value is JSON, or else text."),
]

_AGO = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def since(text: str | None) -> datetime | None:
    """Return the instant that `--since` means, in UTC; a date without a zone is in this machine's."""
    if text is None:
        return None
    ago = _AGO.fullmatch(text.strip().lower())
    if ago is not None:
        return clock.now() - timedelta(**{_UNITS[ago[2]]: float(ago[1])})
    try:
        return datetime.fromisoformat(text.strip()).astimezone(UTC)
    except ValueError:
        message = f"--since {text!r} is neither an age (90s, 15m, 1h, 2d, 1w) nor a date and time (2026-01-31T08:00)."
        raise Fault(message, Exit.USAGE) from None


def age(text: str) -> timedelta:
    """Return a duration such as 30d."""
    found = _AGO.fullmatch(text.strip().lower())
    if found is None:
        raise Fault(f"{text!r} is not an age; write 12h, 30d or 4w.", Exit.USAGE)
    return timedelta(**{_UNITS[found[2]]: float(found[1])})


#: Names of states that differ from their type's, as they are written.
_NAMES = {
    name.lower(): name
    for name in (
        "Late", "AwaitingRetry", "AwaitingConcurrencySlot", "Resuming", "Submitting", "InfrastructurePending", "NotReady",
        "Retrying", "Suspended", "Cached", "RolledBack", "TimedOut",
    )
}  # fmt: skip


class States(msgspec.Struct, frozen=True):
    """States by type and by name (in lower case); a run fits when either holds."""

    types: list[str] = []
    names: list[str] = []

    def hold(self, kind: str, name: str) -> bool:
        """Say whether a state is among them; without any, every state is."""
        return not (self.types or self.names) or kind in self.types or name.lower() in self.names

    @property
    def known(self) -> tuple[list[str] | None, list[str] | None] | None:
        """Types and names as the record has them; None when it cannot be asked for them in one question."""
        if not self.names:
            return self.types or None, None
        if self.types or not all(name in _NAMES for name in self.names):
            return None
        return None, [_NAMES[name] for name in self.names]


def states(given: Sequence[str] | None) -> States:
    """Understand what was given as `--state`, types and names in any case."""
    types: list[str] = []
    names: list[str] = []
    for word in (part.strip() for text in given or () for part in text.split(",")):
        plain = word.replace("_", "").replace(" ", "")
        if plain.upper() in STATE_TYPES:
            types.append(plain.upper())
        elif word:
            names.append(plain.lower() if plain.lower() in _NAMES else word.lower())
    return States(types, names)


def parameters(pairs: Sequence[str] | None, whole: str | None = None) -> dict[str, object]:
    """Return parameters given one by one and as one JSON object; the single ones win."""
    found: dict[str, object] = {}
    if whole is not None:
        try:
            found = msgspec.json.decode(whole, type=dict[str, object])
        except msgspec.DecodeError as error:
            raise Fault(f"{whole!r} is not a JSON object: {error}", Exit.USAGE) from None
    for pair in pairs or ():
        key, equals, value = pair.partition("=")
        if not equals or not key.strip():
            raise Fault(f"{pair!r} is not KEY=VALUE.", Exit.USAGE)
        found[key.strip()] = json_or_text(value)
    return found


def json_or_text(value: str) -> object:
    """Return what a value means: JSON where it is JSON, else the text itself."""
    try:
        return msgspec.json.decode(value)
    except msgspec.DecodeError:
        return value
