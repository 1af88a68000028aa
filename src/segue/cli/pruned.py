"""What was deleted because it was old, in the words of people."""

from __future__ import annotations

import msgspec

from segue.cli.words import plural
from segue.wire.requests import Pruned

_KINDS = {
    "logs": "log line",
    "events": "state change",
    "task_runs": "task run",
    "flow_runs": "flow run",
    "artifacts": "artifact",
}


def counted(pruned: Pruned) -> str:
    """Return the counts that are not zero: `3 log lines, 1 flow run`; nothing when all are."""
    return ", ".join(plural(many, _KINDS[kind]) for kind, many in msgspec.structs.asdict(pruned).items() if many)
