"""The users' forms of what was recorded."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from segue.client.schemas.objects import FlowRun, TaskRun, TaskRunResult
from segue.host.ids import new_id
from segue.model import runs
from segue.model.states import Completed, Running, Scheduled

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def recorded(**facts: object) -> runs.FlowRun:
    given: dict[str, object] = {
        "id": new_id(), "flow_id": new_id(), "flow_name": "f", "name": "calm-owl", "created": NOON, "updated": NOON,
        "state": Completed(id=new_id(), name="Completed", timestamp=NOON), **facts,
    }  # fmt: skip
    return runs.FlowRun(**given)  # type: ignore[arg-type]


def test_ids_times_and_durations_have_pythons_own_types() -> None:
    run = recorded(total_run_time=1.5, parameters={"x": 1})
    face = FlowRun.of(run)
    assert face.id == UUID(run.id)
    assert face.total_run_time == timedelta(seconds=1.5) == face.estimated_run_time
    assert face.expected_start_time == NOON
    assert face.state_id is not None
    assert face.state_type is not None
    assert (face.state_type.value, face.state_name) == ("COMPLETED", "Completed")


def test_two_readings_of_one_run_are_equal_and_a_copy_with_a_change_is_not() -> None:
    run = recorded()
    assert FlowRun.of(run) == FlowRun.of(run)
    assert FlowRun.of(run).model_copy(update={"name": "other"}) != FlowRun.of(run)


def test_a_run_under_way_has_run_until_now() -> None:
    state = Running(id=new_id(), name="Running", timestamp=datetime.now(UTC) - timedelta(seconds=5))
    face = FlowRun.of(recorded(state=state, total_run_time=2.0))
    assert face.total_run_time == timedelta(seconds=2)
    assert face.estimated_run_time >= timedelta(seconds=7)


def test_a_scheduled_run_says_when() -> None:
    later = NOON + timedelta(hours=1)
    face = FlowRun.of(recorded(state=Scheduled(id=new_id(), name="Scheduled", timestamp=NOON, at=later)))
    assert face.next_scheduled_start_time == later


def test_upstream_runs_are_inputs() -> None:
    upstream = new_id()
    task = runs.TaskRun(
        id=new_id(), name="t-0", task_name="t", task_key="t-1", created=NOON, updated=NOON,
        state=Completed(id=new_id(), name="Completed", timestamp=NOON), upstream={"x": [upstream]},
    )  # fmt: skip
    assert TaskRun.of(task).task_inputs == {"x": [TaskRunResult(id=UUID(upstream))]}


def test_dumped_as_json_every_value_is_plain() -> None:
    face = FlowRun.of(recorded(parameters={"when": NOON}))
    dumped = face.model_dump(mode="json")
    assert dumped["id"] == str(face.id)
    assert isinstance(dumped["state"], dict)
    assert dumped["state"]["type"] == "COMPLETED"
    assert isinstance(face.model_dump()["id"], UUID)
