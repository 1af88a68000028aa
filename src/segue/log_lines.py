"""Log lines as users see them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from segue.faces import Face
from segue.model import runs


class Log(Face, kw_only=True):
    """One log line of a run; levels are those of the logging module."""

    id: int = 0
    name: str
    level: int
    message: str
    timestamp: datetime
    flow_run_id: UUID | None = None
    task_run_id: UUID | None = None

    @classmethod
    def of(cls, line: runs.Log) -> Log:
        """Make the users' form of a recorded line."""
        of_flow, of_task = line.flow_run_id, line.task_run_id
        return cls(
            id=line.id, name=line.name, level=line.level, message=line.message, timestamp=line.timestamp,
            flow_run_id=UUID(of_flow) if of_flow else None, task_run_id=UUID(of_task) if of_task else None,
        )  # fmt: skip
