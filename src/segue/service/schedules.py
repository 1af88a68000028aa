"""Schedules of deployments: made, changed, taken away, foretold; and the ledger of their instants."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

import msgspec
from msgspec import UNSET

from segue.decide.foreseen import foresee
from segue.decide.schedules import check, spelled
from segue.model import sizes
from segue.model.deployments import Deployment
from segue.model.errors import AlreadyExists, BadRequest, NotFound
from segue.model.schedules import WILLED, Firing, Schedule
from segue.service import deployments
from segue.service.firing import Kept, bring_up, kept_out
from segue.service.happenings import changed
from segue.service.limits import fits
from segue.service.pairing import pair
from segue.service.schedule_runs import take_away
from segue.store.codec import instant, json_text, micros, micros_or_none
from segue.store.lists import Fixed, Sort, Where, encode_cursor, page
from segue.store.session import Session
from segue.store.statements import statement
from segue.wire import schedules as w
from segue.wire.requests import ById, Nothing

#: Schedules that a deployment may have.
_MOST = 100
_FACTS = (
    "rule", "slug", "active", "parameters", "jitter", "start", "end", "catch_up", "overlap", "max_scheduled_runs",
)  # fmt: skip
_ORDER = Fixed(deployment_id=str, created=int, id=str)


def create(session: Session, request: w.CreateSchedules) -> w.Schedules:
    """Give a deployment schedules; one that has the same slug is brought up to date.

    With `replace` the others go, and what is as it was is left alone, with its runs. Raises `NotFound`, `BadRequest`,
    `BadParameters`, `AlreadyExists`, `TooLarge`.
    """
    session.order()
    deployment = deployments.read(session, ById(request.deployment_id))
    had = [kept_out(row) for row in session.rows("schedules_of_deployment", deployment_id=deployment.id)]
    stays: set[str] = set()
    made = []
    for new in request.schedules:
        facts = {fact: getattr(new, fact) for fact in _FACTS}
        known = next(
            (each for each in had if each.schedule.id not in stays and _same(each.schedule, new, request)), None
        )
        schedule = _edited(session, known, deployment, facts) if known is not None else _made(session, deployment, new)
        stays.add(schedule.id)
        made.append(schedule)
    if request.replace:
        for each in had:
            if each.schedule.id not in stays:
                _remove(session, each, deployment)
    elif len({each.schedule.id for each in had} | stays) > _MOST:
        raise BadRequest(f"A deployment has at most {_MOST} schedules.", field="schedules")
    return w.Schedules(items=made)


def _same(known: Schedule, new: w.NewSchedule, request: w.CreateSchedules) -> bool:
    if new.id:
        return known.id == new.id
    if new.slug is not None:
        return known.slug == new.slug
    return request.replace and known.slug is None and known.rule == new.rule


def _made(session: Session, deployment: Deployment, new: w.NewSchedule) -> Schedule:
    now = session.now()
    schedule = Schedule(
        id=new.id or session.new_id(), deployment_id=deployment.id, created=now, updated=now,
        **{fact: getattr(new, fact) for fact in _FACTS},
    )  # fmt: skip
    if session.row("schedule_read", id=schedule.id) is not None:
        raise AlreadyExists(kind="schedule", id=schedule.id)
    _checked(session, schedule, deployment)
    _written(session, schedule, deployment, now)
    _told(session, "created", schedule, deployment)
    return schedule


def _checked(session: Session, schedule: Schedule, deployment: Deployment) -> None:
    fits("The parameters", schedule.parameters, sizes.PARAMETERS)
    try:
        check(schedule.rule, session.now())
    except ValueError as problem:
        raise BadRequest(str(problem), field="rule") from problem
    if schedule.start is not None and schedule.end is not None and schedule.end < schedule.start:
        raise BadRequest(f"The schedule ends ({schedule.end}) before it starts ({schedule.start}).", field="end")
    if (schedule.catch_up.policy == "within") is (schedule.catch_up.within is None):
        raise BadRequest(
            "The catch-up policy `within` says `within` how many seconds, and no other policy does.", field="catch_up"
        )
    if schedule.slug is not None and not schedule.slug.strip():
        raise BadRequest("The slug is empty; leave it out, or give the schedule a name.", field="slug")
    for row in session.rows("schedules_of_deployment", deployment_id=deployment.id):
        other = kept_out(row).schedule
        if schedule.slug is not None and other.slug == schedule.slug and other.id != schedule.id:
            raise AlreadyExists(kind="schedule", id=schedule.slug)
    if deployment.enforce_parameter_schema and schedule.parameters:
        deployments.refuse_unfit(deployment, schedule.parameters)


def _written(session: Session, schedule: Schedule, deployment: Deployment, cursor: datetime) -> None:
    """Write a schedule that has nothing to catch up with, and make its first runs ahead."""
    session.run(
        "schedule_put", id=schedule.id, deployment_id=deployment.id, slug=schedule.slug, body=json_text(schedule),
        cursor=micros(cursor), planned=micros(cursor), wake=micros(cursor), short=1, created=micros(schedule.created),
    )  # fmt: skip
    bring_up(session, Kept(schedule, cursor, cursor, None, short=True), deployment)


def edit(session: Session, request: w.EditSchedule) -> Schedule:
    """Change a schedule; its runs that nobody has begun are made anew.

    Raises `NotFound`, `BadRequest`, `BadParameters`, `AlreadyExists`, `TooLarge`.
    """
    session.order()
    kept, deployment = _read(session, request.id)
    given: dict[str, Any] = {fact: getattr(request, fact) for fact in _FACTS}
    return _edited(session, kept, deployment, {fact: value for fact, value in given.items() if value is not UNSET})


def _edited(session: Session, kept: Kept, deployment: Deployment, facts: dict[str, Any]) -> Schedule:
    known = kept.schedule
    differing = [fact for fact, value in facts.items() if getattr(known, fact) != value]
    if not differing:
        return known
    schedule = msgspec.structs.replace(known, updated=session.now(), **facts)
    _checked(session, schedule, deployment)
    # What came before the change is decided by what held then.
    while bring_up(session, kept, deployment, only_due=True):
        kept, _ = _read(session, known.id)
    because = "The schedule was paused before anybody began its run." if known.active and not schedule.active else None
    taken = take_away(session, known.id, because=because)
    _written(session, schedule, deployment, max(kept.cursor, session.now()))
    verb = "updated"
    if differing == ["active"]:
        verb = "resumed" if schedule.active else "paused"
    _told(session, verb, schedule, deployment, changed=differing, removed_runs=taken)
    return schedule


def delete(session: Session, request: ById) -> Nothing:
    """Delete a schedule and its runs that nobody has begun; the ledger stays. Raises `NotFound`."""
    session.order()
    kept, deployment = _read(session, request.id)
    _remove(session, kept, deployment)
    return Nothing()


def clear(session: Session, request: w.OfDeployment) -> Nothing:
    """Delete all schedules of a deployment; raises `NotFound`."""
    session.order()
    deployment = deployments.read(session, ById(request.deployment_id))
    for row in session.rows("schedules_of_deployment", deployment_id=deployment.id):
        _remove(session, kept_out(row), deployment)
    return Nothing()


def _remove(session: Session, kept: Kept, deployment: Deployment) -> None:
    because = "The schedule was deleted before anybody began its run."
    taken = take_away(session, kept.schedule.id, because=because)
    session.run("schedule_delete", id=kept.schedule.id)
    _told(session, "deleted", kept.schedule, deployment, removed_runs=taken)


def _read(session: Session, id: str) -> tuple[Kept, Deployment]:
    row = session.row("schedule_read", id=id)
    if row is None:
        raise NotFound(kind="schedule", id=id)
    kept = kept_out(row)
    return kept, deployments.read(session, ById(kept.schedule.deployment_id))


def read(session: Session, request: ById) -> Schedule:
    """Return a schedule; raises `NotFound`."""
    return _read(session, request.id)[0].schedule


def list_of(session: Session, request: w.OfDeployment) -> w.Schedules:
    """Return the schedules of a deployment; raises `NotFound`."""
    deployment = deployments.read(session, ById(request.deployment_id))
    rows = session.rows("schedules_of_deployment", deployment_id=deployment.id)
    return w.Schedules(items=[kept_out(row).schedule for row in rows])


def foretell(session: Session, request: w.Foretell) -> w.Instants:
    """Return when a schedule fires next, none while it or its deployment is paused; raises `NotFound`."""
    kept, deployment = _read(session, request.id)
    if not request.even_paused and (deployment.paused or not kept.schedule.active):
        return w.Instants(items=[])
    return _foreseen(kept.schedule, request.after or session.now(), request.limit)


def _foreseen(schedule: Schedule, after: datetime, number: int) -> w.Instants:
    found = foresee(schedule, after, number)
    return w.Instants(items=[each.instant for each in found], foreseen=found)


def query(session: Session, request: w.ScheduleQuery) -> w.SchedulePage:
    """Return a page of schedules, by deployment and in the order in which they were made."""
    where = Where(session.dialect)
    where.among("id", request.ids)
    where.among("deployment_id", request.deployment_ids)
    _ORDER.beyond(where, request.after)
    rows, more = page(session, statement("schedule_select"), where, _ORDER, request.limit, request.offset)
    items = [kept_out(row).schedule for row in rows]
    last = items[-1] if more else None
    after = None if last is None else _ORDER.cursor((last.deployment_id, micros(last.created), last.id))
    return w.SchedulePage(items=items, next=after)


def preview(session: Session, request: w.Preview) -> w.Instants:
    """Return when a rule would fire; raises `BadRequest` for one that cannot be followed."""
    now = session.now()
    try:
        check(request.rule, now)
    except ValueError as problem:
        raise BadRequest(str(problem), field="rule") from problem
    schedule = Schedule(
        id="", deployment_id="", created=now, updated=now, rule=request.rule, start=request.start, end=request.end
    )
    return _foreseen(schedule, request.after or now, request.limit)


def ledger(session: Session, request: w.FiringQuery) -> w.Firings:
    """Return a page of the ledger, the latest instants first."""
    where = Where(session.dialect)
    where.among("f.schedule_id", request.schedule_ids)
    where.among("f.deployment_id", request.deployment_ids)
    if request.outcomes == ["skipped"]:
        # In the words of the index that holds these alone.
        where.add("f.outcome = 'skipped'")
    else:
        where.among("f.outcome", request.outcomes)
    if request.willed is not None:
        willed = " OR ".join(f"f.reason LIKE {where.hold(begin + '%')}" for begin in WILLED)
        where.add(f"({willed})" if request.willed else f"(f.reason IS NULL OR NOT ({willed}))")
    where.compare("f.instant", ">=", micros_or_none(request.instant_after))
    where.compare("f.instant", "<", micros_or_none(request.instant_before))
    sort = Sort(request.sort, {"instant": "f.instant"}, "f.schedule_id")
    sort.beyond(where, request.after)
    rows, more = page(session, statement("firing_select"), where, sort, request.limit, request.offset)
    after = encode_cursor(rows[-1][2], str(rows[-1][0])) if more else None
    items = []
    for row in rows:
        schedule_id, deployment_id, at, begins, outcome, reason, run, decided = cast(
            "tuple[str, str, int, int, Any, str | None, str | None, int]", row
        )
        items.append(
            Firing(
                schedule_id=schedule_id, deployment_id=deployment_id, instant=instant(at), at=instant(begins), outcome=outcome,
                reason=reason, flow_run_id=run, decided=instant(decided),
            )
        )  # fmt: skip
    return w.Firings(items=items, next=after)


def _told(session: Session, verb: str, schedule: Schedule, deployment: Deployment, **facts: object) -> None:
    name = f"{deployment.flow_name}/{deployment.name}: {schedule.slug or spelled(schedule.rule)}"
    labels = {"segue.resource.id": f"segue.schedule.{schedule.id}", "segue.resource.name": name}
    changed(session, f"segue.schedule.{verb}", labels, deployment=deployment.id, **facts)


HANDLERS = dict(
    (
        pair(w.SCHEDULE_CREATE, create),
        pair(w.SCHEDULE_LIST, list_of),
        pair(w.SCHEDULE_QUERY, query),
        pair(w.SCHEDULE_CLEAR, clear),
        pair(w.SCHEDULE_READ, read),
        pair(w.SCHEDULE_EDIT, edit),
        pair(w.SCHEDULE_DELETE, delete),
        pair(w.SCHEDULE_NEXT, foretell),
        pair(w.SCHEDULE_PREVIEW, preview),
        pair(w.FIRING_LIST, ledger),
    )
)
