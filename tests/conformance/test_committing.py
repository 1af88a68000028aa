"""Operations that are committed together: each answers for itself, and one that fails leaves no trace and takes no other along."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

import pytest

from segue.backend.commits import Ticket
from segue.backend.embedded import EmbeddedBackend
from segue.host.ids import new_id
from segue.model.errors import BadRequest
from segue.model.states import Pending
from segue.service import flow_runs, variables
from segue.store.session import Session
from segue.wire.operations import FLOW_RUN_HISTORY, FLOW_RUN_LIST, VARIABLE_LIST
from segue.wire.queries import RunQuery
from segue.wire.requests import ById, NewFlowRun, SetVariable, VariableQuery
from tests.conformance.making import state


def made(name: str) -> NewFlowRun:
    return NewFlowRun(id=new_id(), flow_name="etl", name=name, states=[state(Pending)])


class Batch:
    """Operations that the writer takes at once, and how often each was tried."""

    def __init__(self, backend: EmbeddedBackend) -> None:
        self._backend = backend
        self._todo: list[Callable[[Session], object]] = []
        self.tried: list[int] = []

    def add(self, work: Callable[[Session], object]) -> None:
        self._todo.append(work)
        self.tried.append(0)

    def done(self) -> list[object]:
        """Commit; returns what each answered, or the problem that it ended with."""
        at_work, go_on = threading.Event(), threading.Event()

        def hold(_: Session, __: None) -> None:
            at_work.set()
            assert go_on.wait(30)

        first = Ticket("hold", hold, None)
        self._backend.submit(first)
        # While it is busy, all the others come in: it takes them together.
        assert at_work.wait(30)
        tickets = [Ticket(f"number {at}", partial(self._try, at), None) for at in range(len(self._todo))]
        for ticket in tickets:
            self._backend.submit(ticket)
        go_on.set()
        first.wait()
        return [self._answer(ticket) for ticket in tickets]

    def _try(self, at: int, session: Session, _: None) -> object:
        self.tried[at] += 1
        return self._todo[at](session)

    @staticmethod
    def _answer(ticket: Ticket[None, object]) -> object:
        try:
            return ticket.wait()
        except Exception as problem:  # noqa: BLE001 - of whatever kind
            return problem


def test_what_fails_before_it_wrote_is_no_trouble_for_the_others(beneath: EmbeddedBackend) -> None:
    batch = Batch(beneath)
    batch.add(lambda session: flow_runs.create(session, made("one")).run.name)
    batch.add(lambda session: flow_runs.read(session, ById(new_id())))
    batch.add(lambda session: flow_runs.create(session, made("two")).run.name)
    one, missing, two = batch.done()
    assert (one, two) == ("one", "two")
    assert "There is no flow run" in str(missing)
    assert batch.tried == [1, 1, 1]
    assert {run.name for run in beneath.call(FLOW_RUN_LIST, RunQuery()).items} == {"one", "two"}


@pytest.mark.parametrize("problem", [BadRequest("too late"), LookupError("a bug")])
def test_what_fails_after_it_wrote_is_undone_by_itself(beneath: EmbeddedBackend, problem: Exception) -> None:
    def fail(session: Session) -> None:
        flow_runs.create(session, made("half"))
        variables.put(session, SetVariable(name="half", value=1))
        raise problem

    runs = [made("one"), made("two")]
    batch = Batch(beneath)
    batch.add(lambda session: flow_runs.create(session, runs[0]).run.name)
    batch.add(fail)
    batch.add(lambda session: flow_runs.create(session, runs[1]).run.name)
    assert batch.done() == ["one", problem, "two"]
    # All over again: it had no savepoint to go back to.
    assert batch.tried == [2, 2, 1]
    assert {run.name for run in beneath.call(FLOW_RUN_LIST, RunQuery()).items} == {"one", "two"}
    assert beneath.call(VARIABLE_LIST, VariableQuery()).items == []
    # The numbers of the history that it took were given back, and to nobody twice.
    numbers = [line.seq for run in runs for line in beneath.call(FLOW_RUN_HISTORY, ById(run.id)).items]
    assert len(set(numbers)) == len(numbers) == 2
    later = Batch(beneath)
    third = made("three")
    later.add(lambda session: flow_runs.create(session, third).run.name)
    assert later.done() == ["three"]
    assert beneath.call(FLOW_RUN_HISTORY, ById(third.id)).items[0].seq > max(numbers)


def test_a_problem_of_an_attempt_of_which_nothing_is_left_is_nobodys(beneath: EmbeddedBackend) -> None:
    """One fails the first time, and is done when all is done again for another's sake."""
    batch = Batch(beneath)

    def fail_once(session: Session) -> str:
        if batch.tried[0] == 1:
            raise BadRequest("not yet")
        return flow_runs.create(session, made("late")).run.name

    def fail(session: Session) -> None:
        flow_runs.create(session, made("half"))
        raise BadRequest("never")

    batch.add(fail_once)
    batch.add(fail)
    late, never = batch.done()
    assert late == "late"
    assert str(never) == "never"


def test_what_the_database_refuses_is_for_whoever_asked(beneath: EmbeddedBackend) -> None:
    """PostgreSQL takes nothing more in a transaction in which it has refused a statement, until that is undone."""
    batch = Batch(beneath)
    batch.add(lambda session: flow_runs.create(session, made("one")).run.name)
    batch.add(lambda session: session.select("SELECT 1 FROM no_table_of_this_name", {}))
    batch.add(lambda session: flow_runs.create(session, made("two")).run.name)
    one, refused, two = batch.done()
    assert (one, two) == ("one", "two")
    assert "no_table_of_this_name" in str(refused)
