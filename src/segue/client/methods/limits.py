"""Concurrency limits: made, changed, read; slots taken and given back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, TypeAlias
from uuid import UUID

from segue.backend.pages import every_item
from segue.client.methods.calls import Calls, id_text
from segue.client.methods.requests import answered, refused
from segue.client.schemas.actions import GlobalConcurrencyLimitCreate, GlobalConcurrencyLimitUpdate
from segue.client.schemas.objects import ConcurrencyLimit, GlobalConcurrencyLimit
from segue.engine.session import who
from segue.exceptions import ObjectNotFound
from segue.host.ids import new_id
from segue.model.errors import SegueError
from segue.model.slots import TAG, Limit, SlotHolder
from segue.wire import codec
from segue.wire import slots as w
from segue.wire.codec import HttpRequest
from segue.wire.operations import FLOW_RUN_READ, TASK_RUN_READ
from segue.wire.requests import ById, ByName

if TYPE_CHECKING:
    import httpx2

Mode: TypeAlias = Literal["concurrency", "rate_limit"]
#: Seconds for which slots are held that nobody gives back.
_DAY = 86_400.0
#: Seconds after which asking again is worth it where nothing better is known.
_SOON = 0.5


class LimitMethods(Calls):
    """What can be done with concurrency limits."""

    def create_global_concurrency_limit(self, concurrency_limit: GlobalConcurrencyLimitCreate) -> UUID:
        """Make a limit and return its id; raises ObjectAlreadyExists."""
        new = w.NewLimit(
            id=new_id(), name=concurrency_limit.name, limit=concurrency_limit.limit, active=bool(concurrency_limit.active),
            slot_decay_per_second=concurrency_limit.slot_decay_per_second or 0.0,
        )  # fmt: skip
        return UUID(self._call(w.LIMIT_CREATE, new).id)

    def read_global_concurrency_limit_by_name(self, name: str) -> GlobalConcurrencyLimit:
        """Return a limit; raises ObjectNotFound."""
        return GlobalConcurrencyLimit.of(self._call(w.LIMIT_READ, ByName(name)))

    def read_global_concurrency_limits(self, limit: int = 10, offset: int = 0) -> list[GlobalConcurrencyLimit]:
        """Return limits by name, those on tags left out."""
        query = w.LimitQuery(limit=limit, offset=offset, of_tags=False)
        return [GlobalConcurrencyLimit.of(each) for each in self._call(w.LIMIT_LIST, query).items]

    def update_global_concurrency_limit(self, name: str, concurrency_limit: GlobalConcurrencyLimitUpdate) -> None:
        """Change a limit; raises ObjectNotFound."""
        edit = w.LimitEdit(
            name=name, new_name=concurrency_limit.name, limit=concurrency_limit.limit, active=concurrency_limit.active,
            slot_decay_per_second=concurrency_limit.slot_decay_per_second,
        )  # fmt: skip
        self._call(w.LIMIT_EDIT, edit)

    def upsert_global_concurrency_limit_by_name(
        self, name: str, limit: int, slot_decay_per_second: float | None = None
    ) -> None:
        """Make a limit, or change the one there is."""
        try:
            edit = GlobalConcurrencyLimitUpdate(limit=limit, slot_decay_per_second=slot_decay_per_second)
            self.update_global_concurrency_limit(name, edit)
        except ObjectNotFound:
            self.create_global_concurrency_limit(
                GlobalConcurrencyLimitCreate(name=name, limit=limit, slot_decay_per_second=slot_decay_per_second)
            )

    def delete_global_concurrency_limit_by_name(self, name: str) -> None:
        """Delete a limit; raises ObjectNotFound."""
        self._call(w.LIMIT_DELETE, ByName(name))

    def create_concurrency_limit(self, tag: str, concurrency_limit: int) -> UUID:
        """Limit the tasks with a tag, or change their limit; returns its id."""
        self.upsert_global_concurrency_limit_by_name(f"{TAG}{tag}", concurrency_limit)
        return UUID(self._call(w.LIMIT_READ, ByName(f"{TAG}{tag}")).id)

    def read_concurrency_limit_by_tag(self, tag: str) -> ConcurrencyLimit:
        """Return the limit on a tag with the ids of the task runs that hold its slots; raises ObjectNotFound."""
        return ConcurrencyLimit.of(self._call(w.LIMIT_READ, ByName(f"{TAG}{tag}")))

    def read_concurrency_limits(self, limit: int, offset: int) -> list[ConcurrencyLimit]:
        """Return the limits on tags."""
        query = w.LimitQuery(limit=limit, offset=offset, of_tags=True)
        return [ConcurrencyLimit.of(each) for each in self._call(w.LIMIT_LIST, query).items]

    def reset_concurrency_limit_by_tag(self, tag: str, slot_override: list[UUID | str] | None = None) -> None:
        """Take every slot of a tag's limit back, but for those of the task runs in `slot_override`; raises ObjectNotFound.

        A task run that is named and has no slot is given one, for as long as it runs.
        """
        ids = [id_text(each) for each in slot_override or ()]
        self._call(w.LIMIT_RESET, w.ResetLimit(name=f"{TAG}{tag}", task_run_ids=ids))

    def delete_concurrency_limit_by_tag(self, tag: str) -> None:
        """Lift the limit on a tag; raises ObjectNotFound."""
        self._call(w.LIMIT_DELETE, ByName(f"{TAG}{tag}"))

    def increment_concurrency_slots(self, names: list[str], slots: int, mode: Mode) -> httpx2.Response:
        """Take slots of every named limit, all or none, without waiting; the answer lists the limits.

        `release_concurrency_slots` gives them back. Nobody knows whether whoever took them still lives, so after a day they are
        free by themselves; `increment_concurrency_slots_with_lease` is told how long. A `rate_limit` frees them by the limit's
        decay. Limits that do not exist are passed by. Raises SegueHTTPStatusError with status 423 when a slot is not free, 422 when
        there are not so many.
        """
        id = new_id()
        holder = SlotHolder(type=w.CLIENT, id=id, name=who().name)
        asked = w.TakeSlots(id=id, names=names, slots=slots, mode=mode, seconds=_DAY, holder=holder, wait=False)
        return self._taken(asked, lambda limits: limits)

    def increment_concurrency_slots_with_lease(
        self,
        names: list[str],
        slots: int,
        mode: Mode,
        lease_duration: float,
        holder: SlotHolder | None = None,
    ) -> httpx2.Response:
        """Take slots for so many seconds, without waiting; the answer has `limits`, and a `lease_id` to renew or release them by.

        Raises as `increment_concurrency_slots` does.
        """
        id = new_id()
        asked = w.TakeSlots(
            id=id, names=names, slots=slots, mode=mode, seconds=lease_duration,
            holder=holder or SlotHolder(type="lease", id=id, name=who().name), wait=False,
        )  # fmt: skip
        return self._taken(asked, lambda limits: {"lease_id": id, "limits": limits})

    def release_concurrency_slots(self, names: list[str], slots: int, occupancy_seconds: float) -> httpx2.Response:  # noqa: ARG002 - users' word; how long they were held is known
        """Give back slots that `increment_concurrency_slots` took, by whichever program, the oldest first.

        Raises SegueHTTPStatusError with status 404 for a limit that does not exist.
        """
        request = w.ReleaseSlots(names=names, slots=slots)
        asked = HttpRequest("POST", w.SLOTS_RELEASE.path, codec.encode(request))
        try:
            found = self._reading().call(w.SLOTS_RELEASE, request).items
        except SegueError as problem:
            return refused(asked, problem)
        return answered(asked, 200, [_brief(each) for each in found])

    def increment_v1_concurrency_slots(self, names: list[str], task_run_id: UUID | str) -> httpx2.Response:
        """Take a slot of the limit on each of these tags for a task run, without waiting; held for as long as its flow run is.

        Raises SegueHTTPStatusError with status 423 when none is free, ObjectNotFound for a task run that is not there.
        """
        id = id_text(task_run_id)
        run = self._call(TASK_RUN_READ, ById(id))
        lease_id = run.lease_id
        if lease_id is None and run.flow_run_id is not None:
            lease_id = self._call(FLOW_RUN_READ, ById(run.flow_run_id)).lease_id
        asked = w.TakeSlots(
            id=id, names=[f"{TAG}{name}" for name in names], seconds=_DAY, lease_id=lease_id, wait=False,
            holder=SlotHolder(type="task-run", id=id, name=run.name),
        )  # fmt: skip
        return self._taken(asked, lambda limits: limits)

    def decrement_v1_concurrency_slots(
        self,
        names: list[str],
        task_run_id: UUID | str,
        occupancy_seconds: float,  # noqa: ARG002 - users' word; how long they were held is known
    ) -> httpx2.Response:
        """Give back what `increment_v1_concurrency_slots` took for a task run: its slots of every tag together."""
        id = id_text(task_run_id)
        self._call(w.SLOTS_FREE, w.Slot(id))
        asked = HttpRequest("DELETE", w.SLOTS_FREE.path.replace("{id}", id), None)
        return answered(asked, 200, self._limits([f"{TAG}{name}" for name in names]))

    def _taken(self, request: w.TakeSlots, told: Callable[[list[dict[str, object]]], object]) -> httpx2.Response:
        asked = HttpRequest("POST", w.SLOTS_TAKE.path, codec.encode(request))
        try:
            answer = self._reading().call(w.SLOTS_TAKE, request)
        except SegueError as problem:
            return refused(asked, problem)
        if not answer.held:
            seconds = answer.seconds if answer.seconds is not None else _SOON
            said = f"No slot of {answer.waiting_for!r} is free."
            return answered(asked, 423, {"detail": said}, retry_after=seconds)
        return answered(asked, 200, told(self._limits(request.names)))

    def _limits(self, names: list[str]) -> list[dict[str, object]]:
        query = w.LimitQuery(names=names, limit=200)
        return [_brief(each) for each in every_item(lambda asked: self._call(w.LIMIT_LIST, asked), query)]

    def renew_concurrency_lease(self, lease_id: UUID | str, lease_duration: float) -> bool:
        """Hold slots that were taken without a run for longer; False when they are gone."""
        return self._call(w.SLOTS_KEEP, w.KeepSlots(id=id_text(lease_id), seconds=lease_duration)).held

    def release_concurrency_slots_with_lease(self, lease_id: UUID | str) -> None:
        """Give slots back that were taken without a run."""
        self._call(w.SLOTS_FREE, w.Slot(id_text(lease_id)))


def _brief(limit: Limit) -> dict[str, object]:
    return {"id": limit.id, "name": limit.name, "limit": limit.limit}
