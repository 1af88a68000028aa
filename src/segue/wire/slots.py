"""Concurrency limits over the wire: made, changed and read; slots taken, kept and given back."""

from __future__ import annotations

from msgspec import Struct

from segue.model.bounds import Amount, Instant, Offset, PageSize, Seconds
from segue.model.runs import Id
from segue.model.slots import Limit, SlotHolder
from segue.wire.operation import Access, Durability, Operation
from segue.wire.queries import Count
from segue.wire.requests import ByName, Nothing

#: The type of holder whose slots are given back by the names of their limits.
CLIENT = "client"


class NewLimit(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A limit to be made; idempotent by id, a name that exists is refused."""

    name: str
    limit: Amount
    active: bool = True
    slot_decay_per_second: Seconds = 0.0
    #: Made by the server where none is given.
    id: Id = ""


class LimitEdit(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Changes a limit; None leaves a fact as it is."""

    name: str
    new_name: str | None = None
    limit: Amount | None = None
    active: bool | None = None
    slot_decay_per_second: Seconds | None = None


class LimitQuery(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A page of limits, by name unless `sort` says otherwise."""

    names: list[str] | None = None
    name_like: str | None = None
    #: True: only limits on tags; False: only others.
    of_tags: bool | None = None
    created_after: Instant | None = None
    #: `name` or `created`; a leading `-` turns the order round.
    sort: str = "name"
    limit: PageSize = 50
    after: str | None = None
    offset: Offset = 0


class Limits(Struct, frozen=True, kw_only=True):
    """A page of limits."""

    items: list[Limit]
    next: str | None = None


class TakeSlots(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Asks for slots of every named limit, all or none. Asked again by the same id, the claim keeps its place.

    A claim lives as long as the lease it names is held, or else for `seconds`; one that waits must be asked for again within ten.
    """

    id: Id
    names: list[str]
    slots: Amount = 1
    #: `concurrency`: slots are held until they are given back. `rate_limit`: they become free by themselves.
    mode: str = "concurrency"
    seconds: Seconds = 300.0
    lease_id: Id | None = None
    holder: SlotHolder | None = None
    #: Refuse limits that do not exist, instead of passing them by.
    strict: bool = False
    #: False: where the slots cannot be had at once, no place is taken in the queue.
    wait: bool = True


class Slots(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer to a claim."""

    held: bool
    #: The limit that is waited for, how many wait before, and seconds before which asking again is in vain.
    waiting_for: str | None = None
    ahead: int = 0
    seconds: float | None = None


class Slot(Struct, frozen=True):
    """Names a claim."""

    id: Id


class ReleaseSlots(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Gives back slots of every named limit that were taken by a claim of the holder `client`, the oldest first."""

    names: list[str]
    slots: Amount = 1

    def rows(self) -> list[tuple[str, str]]:
        """Return the rows that are decided over."""
        return [("concurrency_limit", name) for name in self.names]


class ResetLimit(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Takes every slot of a limit back, but leaves or gives one to each of the task runs that are named."""

    name: str
    task_run_ids: list[Id] = []

    def rows(self) -> list[tuple[str, str]]:
        """Return the rows that are decided over."""
        return [("concurrency_limit", self.name)]


class KeepSlots(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Holds a claim for so many seconds from now on."""

    id: Id
    seconds: Seconds = 300.0


_N = "concurrency-limits"
LIMIT_CREATE = Operation(f"{_N}.create", "POST", f"/{_N}", NewLimit, Limit, Access.EDIT, Durability.NOW)
LIMIT_READ = Operation(f"{_N}.read", "GET", f"/{_N}/{{name}}", ByName, Limit, Access.READ, Durability.READ)
LIMIT_EDIT = Operation(f"{_N}.edit", "PATCH", f"/{_N}/{{name}}", LimitEdit, Limit, Access.EDIT, Durability.NOW)
LIMIT_DELETE = Operation(f"{_N}.delete", "DELETE", f"/{_N}/{{name}}", ByName, Nothing, Access.EDIT, Durability.NOW)
LIMIT_RESET = Operation(f"{_N}.reset", "POST", f"/{_N}/{{name}}/reset", ResetLimit, Limit, Access.EDIT, Durability.NOW)
LIMIT_LIST = Operation(
    f"{_N}.list", "POST", f"/{_N}/list", LimitQuery, Limits, Access.READ, Durability.READ, get=f"/{_N}"
)
LIMIT_COUNT = Operation(f"{_N}.count", "POST", f"/{_N}/count", LimitQuery, Count, Access.READ, Durability.READ)
SLOTS_TAKE = Operation(f"{_N}.take", "POST", f"/{_N}/slots", TakeSlots, Slots, Access.RUN, Durability.NOW)
SLOTS_KEEP = Operation(f"{_N}.keep", "POST", f"/{_N}/slots/{{id}}/keep", KeepSlots, Slots, Access.RUN, Durability.NOW)
SLOTS_FREE = Operation(f"{_N}.free", "DELETE", f"/{_N}/slots/{{id}}", Slot, Nothing, Access.RUN, Durability.NOW)
#: One cannot say which of several it was that took them: for programs whose slots nobody holds but they themselves.
SLOTS_RELEASE = Operation(
    f"{_N}.release", "POST", f"/{_N}/slots/release", ReleaseSlots, Limits, Access.RUN, Durability.NOW
)
