"""Automations: made, read, changed, deleted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from uuid import UUID

from segue.backend.pages import every_item
from segue.client.methods.calls import Calls, id_text
from segue.exceptions import ObjectNotFound
from segue.wire import automations as w
from segue.wire.requests import ById

if TYPE_CHECKING:
    from segue.automations import Automation, AutomationCore


class AutomationMethods(Calls):
    """What can be done with automations."""

    def create_automation(self, automation: AutomationCore) -> UUID:
        """Make an automation, and return its id."""
        return UUID(self._call(w.AUTOMATION_CREATE, _faces().request_of(automation)).id)

    def update_automation(self, automation_id: UUID, automation: AutomationCore) -> None:
        """Bring an automation up to date with another; raises ObjectNotFound."""
        self._call(w.AUTOMATION_EDIT, _faces().edit_of(automation, id_text(automation_id)))

    def read_automations(self) -> list[Automation]:
        """Return all automations, by name."""
        return list(self._automations(w.AutomationQuery(limit=200)))

    def read_automation(self, automation_id: UUID | str) -> Automation | None:
        """Return an automation; None where there is none."""
        try:
            found = self._call(w.AUTOMATION_READ, ById(id_text(automation_id)))
        except ObjectNotFound:
            return None
        return _of(found)

    def read_automations_by_name(self, name: str) -> list[Automation]:
        """Return the automations of a name."""
        return list(self._automations(w.AutomationQuery(names=[name], limit=200)))

    def find_automation(self, id_or_name: str | UUID) -> Automation | None:
        """Return the automation of an id, or else the first of a name, in any case; None where there is none."""
        try:
            found = self.read_automation(id_or_name)
        except ValueError:
            found = None
        if found is not None:
            return found
        name = str(id_or_name).lower()
        return next((each for each in self.read_automations() if each.name.lower() == name), None)

    def pause_automation(self, automation_id: UUID) -> None:
        """Let an automation not fire until it is resumed; raises ObjectNotFound."""
        self._call(w.AUTOMATION_EDIT, w.EditAutomation(id=id_text(automation_id), enabled=False))

    def resume_automation(self, automation_id: UUID) -> None:
        """Let an automation fire; raises ObjectNotFound."""
        self._call(w.AUTOMATION_EDIT, w.EditAutomation(id=id_text(automation_id), enabled=True))

    def delete_automation(self, automation_id: UUID) -> None:
        """Delete an automation; one that is not there is passed over."""
        try:
            self._call(w.AUTOMATION_DELETE, ById(id_text(automation_id)))
        except ObjectNotFound:
            return

    def read_resource_related_automations(self, resource_id: str) -> list[Automation]:
        """Return the automations that belong to a resource, name it in their trigger, or act upon it."""
        return list(self._automations(w.AutomationQuery(related_to=resource_id, limit=200)))

    def delete_resource_owned_automations(self, resource_id: str) -> None:
        """Delete the automations that belong to a resource."""
        self._call(w.AUTOMATION_OWN, w.OwnedAutomations(owner_resource=resource_id, automations=[]))

    def _automations(self, query: w.AutomationQuery) -> Iterator[Automation]:
        return map(_of, every_item(lambda asked: self._call(w.AUTOMATION_LIST, asked), query))


def _faces() -> Any:
    import segue.automations  # noqa: PLC0415 - a door: few programs that ask for something ask for automations

    return segue.automations


def _of(found: Any) -> Automation:
    made: Automation = _faces().Automation.of(found)
    return made
