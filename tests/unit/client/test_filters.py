"""Filters: every condition is asked of the wire or held against the row, and none is forgotten."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from segue.client.listings import FLOW_RUNS, TASK_RUNS
from segue.client.schemas import filters
from segue.client.schemas.conditions import Filter
from segue.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterId,
    FlowRunFilterName,
    FlowRunFilterStartTime,
    FlowRunFilterState,
    FlowRunFilterStateName,
    FlowRunFilterStateType,
    FlowRunFilterTags,
    Operator,
    TaskRunFilter,
    TaskRunFilterFlowRunId,
    TaskRunFilterSubFlowRuns,
)
from segue.client.schemas.objects import FlowRun, StateType, TaskRun
from segue.client.search import take_apart
from segue.faces import new_uuid
from segue.wire.queries import ArtifactQuery, FlowQuery, LogQuery, RunFilter
from segue.wire.requests import VariableQuery

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def test_what_the_wire_knows_is_asked_there() -> None:
    run = new_uuid()
    given = FlowRunFilter(
        id=FlowRunFilterId(any_=[run]),
        name=FlowRunFilterName(like_="load"),
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.FAILED])),
        start_time=FlowRunFilterStartTime(after_=NOON),
    )
    asked = take_apart(FLOW_RUNS.columns, given, {})
    assert asked.wire == {"ids": [str(run)], "name_like": "load", "state_types": ["FAILED"], "started_after": NOON}
    assert asked.rest is None


def test_what_the_wire_does_not_know_is_held_against_each_row() -> None:
    given = FlowRunFilter(
        name=FlowRunFilterName(any_=["a", "b"]),
        state=FlowRunFilterState(name=FlowRunFilterStateName(not_any_=["Late"])),
    )
    asked = take_apart(FLOW_RUNS.columns, given, {})
    assert asked.wire == {"names": ["a", "b"]}
    assert asked.rest is given
    assert given.holds(FlowRun(name="a", state_name="Completed"))
    assert not given.holds(FlowRun(name="a", state_name="Late"))


def test_conditions_combined_by_or_are_never_split() -> None:
    given = FlowRunFilter(
        operator=Operator.or_, name=FlowRunFilterName(any_=["x"]), tags=FlowRunFilterTags(all_=["nightly"])
    )
    asked = take_apart(FLOW_RUNS.columns, given, {"flow_ids": ["f"]})
    assert asked.wire == {"flow_ids": ["f"]}
    assert asked.rest is given
    assert given.holds(FlowRun(name="x"))
    assert given.holds(FlowRun(name="y", tags=["nightly", "big"]))
    assert not given.holds(FlowRun(name="y"))


def test_or_inside_one_fact() -> None:
    given = FlowRunFilter(tags=FlowRunFilterTags(operator=Operator.or_, all_=["a", "b"], is_null_=True))
    assert take_apart(FLOW_RUNS.columns, given, {}).rest is given
    assert given.holds(FlowRun(tags=[]))
    assert given.holds(FlowRun(tags=["b", "a"]))
    assert not given.holds(FlowRun(tags=["a"]))


def test_ids_asked_twice_must_be_among_both() -> None:
    first, second = new_uuid(), new_uuid()
    given = FlowRunFilter(id=FlowRunFilterId(any_=[first, second]))
    assert take_apart(FLOW_RUNS.columns, given, {"ids": [str(second)]}).wire == {"ids": [str(second)]}


def test_dicts_stand_for_conditions() -> None:
    given = FlowRunFilter(state={"type": {"any_": ["COMPLETED"]}})  # type: ignore[arg-type]
    assert given == FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=["COMPLETED"])))
    with pytest.raises(msgspec.ValidationError, match="lik_"):
        FlowRunFilter(name={"lik_": "x"})  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="nonsense"):
        FlowRunFilter(nonsense=1)  # type: ignore[call-arg]


def test_tasks_that_stand_for_subflows() -> None:
    given = TaskRunFilter(
        subflow_runs=TaskRunFilterSubFlowRuns(exists_=True), flow_run_id=TaskRunFilterFlowRunId(is_null_=False)
    )
    assert take_apart(TASK_RUNS.columns, given, {}).rest is given
    assert given.holds(TaskRun(child_flow_run_id=new_uuid(), flow_run_id=new_uuid()))
    assert not given.holds(TaskRun(flow_run_id=new_uuid()))


@pytest.mark.parametrize(
    ("bounds", "inside"),
    [({"before_": NOON}, True), ({"after_": NOON}, True), ({"after_": NOON + timedelta(seconds=1)}, False)],
)
def test_bounds_in_time_are_inclusive(bounds: dict[str, datetime], inside: bool) -> None:
    given = FlowRunFilter(start_time=msgspec.convert(bounds, FlowRunFilterStartTime))
    assert given.holds(FlowRun(start_time=NOON)) is inside
    assert not given.holds(FlowRun())


def test_every_column_is_a_field_of_the_wire() -> None:
    from segue.client import listings

    for listing, kind in (
        (listings.FLOW_RUNS, RunFilter),
        (listings.TASK_RUNS, RunFilter),
        (listings.FLOWS, FlowQuery),
        (listings.LOGS, LogQuery),
        (listings.ARTIFACTS, ArtifactQuery),
        (listings.VARIABLES, VariableQuery),
    ):
        assert set(listing.columns.values()) <= set(kind.__struct_fields__)


@pytest.mark.parametrize("name", [name for name in filters.__all__ if name.endswith("Filter")])
def test_every_fact_of_a_filter_is_one_of_its_thing(name: str) -> None:
    from segue.client.schemas import objects

    kind: type[Filter] = getattr(filters, name)
    thing = getattr(objects, name.removesuffix("Filter"))
    for fact in kind.__struct_fields__:
        if fact not in {"operator", "state"}:
            assert kind.attributes.get(fact, fact) in thing.__struct_fields__
