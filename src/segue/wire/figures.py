"""What a database says in numbers: how many runs are open, how late, how much has happened; rows of the table of operations."""

from __future__ import annotations

from msgspec import Struct

from segue.wire.operation import Access, Durability, Operation
from segue.wire.requests import Nothing


class Tally(Struct, frozen=True, kw_only=True):
    """How often runs entered each state and how many events were told, since somebody first asked."""

    #: Number of the last row counted.
    until: int = 0
    flow_runs: dict[str, int] = {}
    task_runs: dict[str, int] = {}
    events: int = 0


class Figures(Struct, frozen=True, kw_only=True):
    """A database in numbers; ages in seconds, by the database's clock."""

    #: Open runs by the type of their state.
    flow_runs: dict[str, int]
    task_runs: dict[str, int]
    #: Scheduled flow runs whose time has passed, and by how much that of the first has.
    overdue: int
    overdue_by: float
    #: Task runs that wait for a task worker and could begin, and for how long the first has.
    waiting_tasks: int
    waiting_for: float
    open_leases: int
    #: Number of the newest row of the feed.
    newest: int
    tally: Tally
    #: Up to where the tally goes that is kept, on from which `tally` was counted; None before the first.
    kept: int | None


class KeepTally(Struct, frozen=True, kw_only=True):
    """Asks that a tally be kept, so that the next is counted from there; passed over when another was kept since `kept`."""

    tally: Tally
    kept: int | None


FIGURES_READ = Operation("figures.read", "GET", "/figures", Nothing, Figures, Access.READ, Durability.READ)
FIGURES_KEEP = Operation("figures.keep", "POST", "/figures/tally", KeepTally, Nothing, Access.ADMIN, Durability.SOON)
