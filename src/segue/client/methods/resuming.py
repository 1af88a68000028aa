"""Going on with a paused flow run, with an answer when it waits for one."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import msgspec

from segue.client.fitting import misfits
from segue.client.methods.calls import id_text
from segue.client.methods.things import InputMethods
from segue.client.schemas.responses import OrchestrationResult, SetStateStatus, StateRejectDetails
from segue.engine.session import who
from segue.exceptions import ObjectAlreadyExists, ObjectNotFound
from segue.host import clock
from segue.host.ids import new_id
from segue.model.runs import FlowRun
from segue.model.states import Paused, Running, Scheduled
from segue.model.states import State as ModelState
from segue.states import State
from segue.wire import operations as op
from segue.wire.requests import ById, Proposal


class ResumeMethods(InputMethods):
    """Resuming a pause."""

    def resume_flow_run(
        self, flow_run_id: UUID | str, run_input: Mapping[str, object] | None = None
    ) -> OrchestrationResult:
        """Let a paused flow run go on; the answer must fit what the run asked for. Says ABORT when the run is not paused."""
        run = self._call(op.FLOW_RUN_READ, ById(id_text(flow_run_id)))
        match run.state:
            case Paused(input_key=str() as key) as paused:
                given = dict(run_input or {})
                problem = self._problem(run, key, given)
                if problem is not None:
                    return _rejected(paused, problem)
                self._answer(run, key, given)
                result = self._go_on(run, paused)
                if result.status is not SetStateStatus.ACCEPT:
                    self._withdraw(run, key)
                return result
            case Paused() as paused:
                return self._go_on(run, paused)
            case _:
                return OrchestrationResult.aborted("Cannot resume a flow run that is not paused.")

    def _problem(self, run: FlowRun, key: str, given: dict[str, object]) -> str | None:
        try:
            schema = msgspec.json.decode(self.read_flow_run_input(run.id, f"{key}-schema"), type=dict[str, object])
        except ObjectNotFound:
            return "Run input schema not found."
        problems = misfits(given, schema)
        return f"Reason: {'; '.join(problems)}" if problems else None

    def _answer(self, run: FlowRun, key: str, given: dict[str, object]) -> None:
        value = msgspec.json.encode(given).decode()
        try:
            self.create_flow_run_input(run.id, f"{key}-response", value)
        except ObjectAlreadyExists:
            # Left by somebody who answered and died before the run went on: it is still paused, so this answer counts.
            self.delete_flow_run_input(run.id, f"{key}-response")
            self.create_flow_run_input(run.id, f"{key}-response", value)

    def _withdraw(self, run: FlowRun, key: str) -> None:
        self.delete_flow_run_input(run.id, f"{key}-response")

    def _go_on(self, run: FlowRun, paused: Paused) -> OrchestrationResult:
        now, actor = clock.now(), who()
        following: ModelState = (
            Scheduled(id=new_id(), name="Resuming", timestamp=now, at=now, actor=actor)
            if paused.reschedule
            else Running(id=new_id(), name="Running", timestamp=now, attempt=max(run.run_count, 1), actor=actor)
        )
        return OrchestrationResult.of(self._call(op.FLOW_RUN_PROPOSE, Proposal(id=run.id, state=following)))


def _rejected(paused: Paused, reason: str) -> OrchestrationResult:
    return OrchestrationResult(
        status=SetStateStatus.REJECT, details=StateRejectDetails(reason=reason), state=State.of(paused)
    )
