"""Runs that are run again from elsewhere than what failed: steps, kept results, mapped tasks and subflows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from segue import flow, get_client, task
from segue.cache_policies import INPUTS
from segue.engine.session import forget, reading
from segue.flows import Flow, rerun
from segue.host import config
from segue.model.errors import RetryRefused
from segue.model.redoing import START
from segue.states import State
from segue.wire.operations import TASK_RUN_LIST
from segue.wire.queries import RunFilter, RunQuery

#: What was done, in order; what a name stands for changes with each retry.
ledger: list[str] = []
failing: set[str] = set()


def note(name: str) -> None:
    ledger.append(name)
    if name in failing:
        raise ValueError(f"{name} is wrong")


@pytest.fixture(autouse=True)
def home(segue_home: Path) -> Iterator[Path]:
    config.forget()
    ledger.clear()
    failing.clear()
    yield segue_home
    forget()
    config.forget()


@task
def step(name: str, after: object = None) -> str:
    note(name)
    return name


@flow
def inner(after: str) -> str:
    return step("last", step("first", after))


@flow(durable=True)
def whole() -> str:
    begun = step("begun")
    mapped = step.map(["m0", "m1", "m2"], after=begun).result()
    ended: str = inner(str(mapped))
    return step("end", ended)


@task(persist_result=True)
def own(name: str, after: object = None) -> str:
    note(name)
    return f"{name}{len(ledger)}"


@task(persist_result=True, cache_policy=INPUTS)
def shared(name: str) -> str:
    note(name)
    return name


@flow
def plain() -> None:
    shared("shared")
    later = own("later", own("early"))
    own("end", later)


def ran(of: Flow[[], object], id: str, redo_from: str | None = None) -> tuple[State, list[str]]:
    ledger.clear()
    state = rerun(of, id, {}, redo_from=redo_from)
    return state, list(ledger)


def begun(of: Flow[[], object]) -> str:
    state = of(return_state=True)
    assert state.is_failed()
    return str(state.state_details.flow_run_id)


def call(id: str, name: str, *, within: bool = False) -> str:
    """Return the newest task run of a name, of the run itself or of its subflow."""
    where = RunFilter(lease_ids=[id])
    found = reading().call(TASK_RUN_LIST, RunQuery(where=where, limit=100, sort="-created")).items
    return next(each.id for each in found if each.name == name and (each.flow_run_id != id) is within)


def test_steps_of_a_durable_flow_are_done_again_from_where_somebody_chose() -> None:
    failing.add("end")
    id = begun(whole)
    assert ledger[0] == "begun"
    assert sorted(ledger[1:4]) == ["m0", "m1", "m2"]
    assert ledger[4:] == ["first", "last", "end"]
    assert ran(whole, id)[1] == ["end"]
    # From within the subflow: it is called again, and what of it was done before is taken.
    state, did = ran(whole, id, call(id, "step-1", within=True))
    assert (state.is_failed(), did) == (True, ["last", "end"])
    failing.clear()
    # The choice was that retry's: the next one goes on from what it did.
    assert ran(whole, id)[1] == ["end"]
    state, did = ran(whole, id, START)
    assert state.is_completed()
    assert (did[0], sorted(did[1:4]), did[4:]) == ("begun", ["m0", "m1", "m2"], ["first", "last", "end"])
    # From one of the mapped: it, and what began with or after it; whichever of the others began before is kept.
    state, did = ran(whole, id, call(id, "step-3"))
    assert state.is_completed()
    assert "begun" not in did
    assert did[-3:] == ["first", "last", "end"]
    assert 1 <= len(did[:-3]) <= 3


def test_kept_results_are_made_anew_from_where_somebody_chose() -> None:
    failing.add("end")
    id = begun(plain)
    assert ledger == ["shared", "early", "later", "end"]
    assert ran(plain, id)[1] == ["end"]
    later = call(id, "own-1")
    assert ran(plain, id, later)[1] == ["later", "end"]
    assert ran(plain, id)[1] == ["end"]
    # What the last retry did not come to is not taken after it either.
    failing.add("later")
    assert ran(plain, id, call(id, "own-0"))[1] == ["early", "later"]
    failing.clear()
    state, did = ran(plain, id)
    assert (state.is_completed(), did) == (True, ["later", "end"])
    assert ran(plain, id, START)[1] == ["shared", "early", "later", "end"]
    # Another run takes what was made.
    ledger.clear()
    plain()
    assert "shared" not in ledger


def test_the_client_says_before_what_is_reused_and_that_nobody_would_begin_it() -> None:
    failing.add("end")
    id = begun(plain)
    client = get_client(sync_client=True)
    found = client.preview_flow_run_retry(id, from_task_run=call(id, "own-1"))
    assert ([each.name for each in found.reused], [each.name for each in found.again]) == (
        ["shared-0", "own-0"], ["own-1", "own-2"],
    )  # fmt: skip
    with pytest.raises(RetryRefused, match="has no deployment"):
        client.retry_flow_run(id, from_start=True)
