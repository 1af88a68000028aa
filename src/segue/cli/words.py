"""Times, durations and values in the words of people."""

from __future__ import annotations

import shlex
from datetime import datetime

import msgspec

_STEPS = ((60, 1, "second"), (3600, 60, "minute"), (86_400, 3600, "hour"), (86_400 * 60, 86_400, "day"))


def ago(then: datetime | None, now: datetime) -> str:
    """Return how long ago (or from now) an instant is: `3 minutes ago`, `in 2 hours`, `just now`."""
    if then is None:
        return ""
    seconds = (now - then).total_seconds()
    if abs(seconds) < 1:
        return "just now"
    size = abs(seconds)
    for bound, unit, name in _STEPS:
        if size < bound:
            many = int(size // unit)
            text = f"{many} {name}{'' if many == 1 else 's'}"
            return f"{text} ago" if seconds > 0 else f"in {text}"
    return then.astimezone().strftime("%Y-%m-%d")


def instant(then: datetime | None, now: datetime) -> str:
    """Return an instant on this machine's clock together with how long ago it was."""
    return "" if then is None else f"{then.astimezone():%Y-%m-%d %H:%M:%S} ({ago(then, now)})"


def duration(seconds: float | None) -> str:
    """Return a duration: `0.3 s`, `12 s`, `3 min 4 s`, `2 h 5 min`, `3 d 4 h`."""
    if seconds is None:
        return ""
    if seconds < 0.0995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    for bound, unit, name, smaller, part in ((3600, 60, "min", 1, "s"), (86_400, 3600, "h", 60, "min")):
        if whole < 60:
            return f"{whole} s"
        if whole < bound:
            rest = whole % unit // smaller
            return f"{whole // unit} {name} {rest} {part}" if rest else f"{whole // unit} {name}"
    return f"{whole // 86_400} d {whole % 86_400 // 3600} h"


def size(many: float) -> str:
    """Return a number of bytes: `512 B`, `1.4 MB`."""
    for unit in ("B", "KB", "MB", "GB"):
        if many < 1000:
            return f"{many:.0f} {unit}" if unit == "B" else f"{many:.1f} {unit}"
        many /= 1000
    return f"{many:.1f} TB"


def plural(many: int, noun: str) -> str:
    """Return a counted noun: `1 run`, `3 runs`, `2 processes`."""
    return f"{many:,} {noun}" if many == 1 else f"{many:,} {noun}{'es' if noun.endswith('s') else 's'}"


def typed(name: str) -> str:
    """Return a name as it is typed in a command: in quotes where a shell would take it apart."""
    return shlex.quote(name)


def short(value: object, limit: int = 100) -> str:
    """Return a JSON value on one line, cut where it is long."""
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"
