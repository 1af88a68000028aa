"""Schedules of deployments: made, read, changed, deleted."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from msgspec import UNSET

from segue.client.methods.calls import Calls, id_text
from segue.client.schemas.schedules import SCHEDULE_TYPES, DeploymentSchedule
from segue.exceptions import ObjectNotFound
from segue.model.errors import NotFound
from segue.wire import schedules as w
from segue.wire.requests import ById


class ScheduleMethods(Calls):
    """What can be done with the schedules of deployments."""

    def create_deployment_schedules(
        self, deployment_id: UUID, schedules: Sequence[tuple[SCHEDULE_TYPES, bool]]
    ) -> list[DeploymentSchedule]:
        """Give a deployment schedules, each with whether it is active; raises ObjectNotFound."""
        new = [w.NewSchedule(rule=schedule.rule, active=active) for schedule, active in schedules]
        asked = w.CreateSchedules(deployment_id=id_text(deployment_id), schedules=new)
        return [DeploymentSchedule.of(each) for each in self._call(w.SCHEDULE_CREATE, asked).items]

    def read_deployment_schedules(self, deployment_id: UUID) -> list[DeploymentSchedule]:
        """Return the schedules of a deployment; raises ObjectNotFound."""
        found = self._call(w.SCHEDULE_LIST, w.OfDeployment(id_text(deployment_id))).items
        return [DeploymentSchedule.of(each) for each in found]

    def update_deployment_schedule(
        self, deployment_id: UUID, schedule_id: UUID, active: bool | None = None, schedule: SCHEDULE_TYPES | None = None  # noqa: FBT001
    ) -> None:  # fmt: skip
        """Change a schedule of a deployment; raises ObjectNotFound."""
        self._of(deployment_id, schedule_id)
        edit = w.EditSchedule(
            id=id_text(schedule_id), active=UNSET if active is None else active,
            rule=UNSET if schedule is None else schedule.rule,
        )  # fmt: skip
        self._call(w.SCHEDULE_EDIT, edit)

    def delete_deployment_schedule(self, deployment_id: UUID, schedule_id: UUID) -> None:
        """Delete a schedule of a deployment; raises ObjectNotFound."""
        self._of(deployment_id, schedule_id)
        self._call(w.SCHEDULE_DELETE, ById(id_text(schedule_id)))

    def _of(self, deployment_id: UUID, schedule_id: UUID) -> None:
        """Raise ObjectNotFound where the deployment has no such schedule."""
        ids = {each.id for each in self.read_deployment_schedules(deployment_id)}
        if UUID(id_text(schedule_id)) not in ids:
            raise ObjectNotFound(NotFound(kind="schedule", id=id_text(schedule_id)))
