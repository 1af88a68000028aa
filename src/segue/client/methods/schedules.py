"""Schedules of deployments: made, read, changed, deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from msgspec import UNSET

from segue.client.methods.calls import Calls, id_text
from segue.client.schemas.actions import DeploymentScheduleCreate, DeploymentScheduleUpdate
from segue.client.schemas.schedules import SCHEDULE_TYPES, DeploymentSchedule
from segue.exceptions import ObjectNotFound
from segue.model.errors import NotFound
from segue.wire import schedules as w
from segue.wire.requests import ById


def new_schedules(given: Sequence[DeploymentScheduleCreate | DeploymentScheduleUpdate]) -> list[w.NewSchedule]:
    """Return schedules as they are recorded; raises ValueError for one without a rule."""
    made = []
    for each in given:
        if each.schedule is None:
            raise ValueError(
                "A schedule needs a rule: schedule=CronSchedule(...), IntervalSchedule(...) or RRuleSchedule(...)."
            )
        made.append(
            w.NewSchedule(
                rule=each.schedule.rule, active=each.active is not False, parameters=dict(each.parameters or {}),
                slug=each.slug, max_scheduled_runs=each.max_scheduled_runs,
            )
        )  # fmt: skip
    return made


class ScheduleMethods(Calls):
    """What can be done with the schedules of deployments."""

    def create_deployment_schedules(
        self,
        deployment_id: UUID,
        schedules: Sequence[tuple[SCHEDULE_TYPES, bool]] | Sequence[DeploymentScheduleCreate],
        max_scheduled_runs: int | None = None,
        parameters: dict[str, Any] | None = None,
        slug: str | None = None,
    ) -> list[DeploymentSchedule]:
        """Give a deployment schedules, each whole or a rule with whether it is active; raises ObjectNotFound.

        What is said beside them goes for the rules that are given with nothing else.
        """
        whole = [
            each
            if isinstance(each, DeploymentScheduleCreate)
            else DeploymentScheduleCreate(
                schedule=each[0], active=each[1], max_scheduled_runs=max_scheduled_runs, parameters=dict(parameters or {}),
                slug=slug,
            )
            for each in schedules
        ]  # fmt: skip
        asked = w.CreateSchedules(deployment_id=id_text(deployment_id), schedules=new_schedules(whole))
        return [DeploymentSchedule.of(each) for each in self._call(w.SCHEDULE_CREATE, asked).items]

    def read_deployment_schedules(self, deployment_id: UUID) -> list[DeploymentSchedule]:
        """Return the schedules of a deployment; raises ObjectNotFound."""
        found = self._call(w.SCHEDULE_LIST, w.OfDeployment(id_text(deployment_id))).items
        return [DeploymentSchedule.of(each) for each in found]

    def update_deployment_schedule(
        self,
        deployment_id: UUID,
        schedule_id: UUID,
        active: bool | None = None,  # noqa: FBT001 - in the place where users know it
        schedule: SCHEDULE_TYPES | None = None,
        max_scheduled_runs: int | None = None,
        parameters: dict[str, Any] | None = None,
        slug: str | None = None,
    ) -> None:
        """Change a schedule of a deployment; raises ObjectNotFound."""
        self._of(deployment_id, schedule_id)
        edit = w.EditSchedule(
            id=id_text(schedule_id), active=UNSET if active is None else active,
            rule=UNSET if schedule is None else schedule.rule, parameters=UNSET if parameters is None else parameters,
            slug=UNSET if slug is None else slug, max_scheduled_runs=max_scheduled_runs or UNSET,
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
