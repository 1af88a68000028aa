"""Formatters that a logging configuration can name."""

from __future__ import annotations

import json
import logging
import traceback
from typing import Any, Literal

_RUNS = ("segue.flow_runs", "segue.task_runs")
#: What the engine hangs on a record for its own handlers.
_OURS = frozenset({"life", "final", "recorded", "shown"})
Style = Literal["%", "{", "$"]


class SegueFormatter(logging.Formatter):
    """Writes lines of flow runs, of task runs and of all else in formats of their own."""

    def __init__(
        self,
        format: str | None = None,
        datefmt: str | None = None,
        style: Style = "%",
        validate: bool = True,  # noqa: FBT001, FBT002 - the signature of logging.Formatter
        *,
        defaults: dict[str, Any] | None = None,
        task_run_fmt: str | None = None,
        flow_run_fmt: str | None = None,
    ) -> None:
        super().__init__(format, datefmt, style, validate, defaults=defaults)
        given = {"segue.flow_runs": flow_run_fmt, "segue.task_runs": task_run_fmt}
        self._of_runs = {
            name: logging.Formatter(fmt, datefmt, style, validate, defaults=defaults)
            for name, fmt in given.items()
            if fmt is not None
        }

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name logging gives it
        """Return the line in the format of what it is about."""
        chosen = self._of_runs.get(record.name)
        return super().formatMessage(record) if chosen is None else chosen.formatMessage(record)

    def usesTime(self) -> bool:  # noqa: N802 - the name logging gives it
        """Say whether any of the formats shows the time."""
        return super().usesTime() or any(each.usesTime() for each in self._of_runs.values())


class JsonFormatter(logging.Formatter):
    """Writes each line as a JSON object of everything that is known of it; `fmt` is "default" or "pretty"."""

    def __init__(self, fmt: str = "default", dmft: str | None = None, style: Style = "%") -> None:
        super().__init__(datefmt=dmft, style=style)
        if fmt not in {"pretty", "default"}:
            raise ValueError("Format must be either 'pretty' or 'default'.")
        self._indent = 2 if fmt == "pretty" else None

    def format(self, record: logging.LogRecord) -> str:
        """Return the JSON text."""
        facts = {name: value for name, value in record.__dict__.items() if name not in _OURS}
        facts.setdefault("severity", record.levelname)
        facts["message"] = record.getMessage()
        if record.exc_info:
            kind, error, trace = record.exc_info
            facts["exc_info"] = (
                {"type": kind.__name__, "message": str(error), "traceback": "".join(traceback.format_tb(trace))}
                if kind is not None
                else {}
            )
        return json.dumps(facts, default=_shown, indent=self._indent)


def _shown(value: object) -> str:
    return f"<non-serializable: {type(value).__name__}>"
