"""Concurrency limits: made, changed, read; slots taken and given back."""

from __future__ import annotations

from uuid import UUID

from segue.client.methods.calls import Calls, id_text
from segue.client.schemas.actions import GlobalConcurrencyLimitCreate, GlobalConcurrencyLimitUpdate
from segue.client.schemas.objects import ConcurrencyLimit, GlobalConcurrencyLimit
from segue.exceptions import ObjectNotFound
from segue.host.ids import new_id
from segue.model.slots import TAG
from segue.wire import slots as w
from segue.wire.requests import ByName


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

    def reset_concurrency_limit_by_tag(self, tag: str) -> None:
        """Take every slot of a tag's limit back; raises ObjectNotFound."""
        self._call(w.LIMIT_RESET, ByName(f"{TAG}{tag}"))

    def delete_concurrency_limit_by_tag(self, tag: str) -> None:
        """Lift the limit on a tag; raises ObjectNotFound."""
        self._call(w.LIMIT_DELETE, ByName(f"{TAG}{tag}"))

    def renew_concurrency_lease(self, lease_id: UUID | str, lease_duration: float) -> bool:
        """Hold slots that were taken without a run for longer; False when they are gone."""
        return self._call(w.SLOTS_KEEP, w.KeepSlots(id=id_text(lease_id), seconds=lease_duration)).held

    def release_concurrency_slots_with_lease(self, lease_id: UUID | str) -> None:
        """Give slots back that were taken without a run."""
        self._call(w.SLOTS_FREE, w.Slot(id_text(lease_id)))
