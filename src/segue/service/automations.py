"""Automations: made, changed, listed, deleted; each change holds from its own place in the feed on."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET

from segue.decide.actions import action_faults
from segue.decide.naming import RESOURCE_ID, RESOURCE_NAME
from segue.decide.sending import notify_fault, webhook_fault
from segue.decide.triggers.checking import Unfollowable, check_trigger
from segue.model import sizes
from segue.model.actions import Action, CallWebhook, SendNotification
from segue.model.automations import Automation
from segue.model.errors import AlreadyExists, BadRequest, NotFound
from segue.service.automation_firings import actions_of, read_firing
from segue.service.block_documents import read as read_block
from segue.service.happenings import changed
from segue.service.identified import identified
from segue.service.limits import fits
from segue.service.pairing import pair
from segue.store.automation_rows import automation_out, firing_out
from segue.store.codec import json_text, micros, micros_or_none
from segue.store.lists import Sort, Where, count, encode_cursor, page
from segue.store.session import Session
from segue.wire import automations as w
from segue.wire.blocks import BlockId
from segue.wire.queries import Count
from segue.wire.requests import ById, Nothing

_FACTS = (
    "name", "trigger", "actions", "actions_on_trigger", "actions_on_resolve", "description", "enabled", "tags",
)  # fmt: skip
#: Resources that triggers and actions may also call by their name, and how that is read.
_KNOWN_BY_NAME = {"segue.flow": "flow_read", "segue.deployment": "deployment_read"}


def create(session: Session, request: w.NewAutomation) -> Automation:
    """Make an automation; raises `BadRequest`, `AlreadyExists`, `TooLarge`."""
    request = identified(session, request)
    session.order()
    known = session.row("automation_read", id=request.id)
    now = session.now()
    facts = {fact: getattr(request, fact) for fact in _FACTS}
    if known is not None:
        before = automation_out(known[0])
        if all(getattr(before, fact) == value for fact, value in facts.items()):
            # Made by this very request, whose answer was lost.
            return before
        raise AlreadyExists(kind="automation", id=request.id)
    automation = Automation(id=request.id, created=now, updated=now, owner_resource=request.owner_resource, **facts)
    _check(session, automation)
    _write(session, automation, "created")
    return automation


def imagined(session: Session, request: w.NewAutomation) -> Automation:
    """Return an automation as it would be made; raises `BadRequest`."""
    now = session.now()
    facts = {fact: getattr(request, fact) for fact in _FACTS} | {"enabled": True}
    automation = Automation(id=request.id or session.new_id(), created=now, updated=now, **facts)
    _check(session, automation)
    return automation


def edit(session: Session, request: w.EditAutomation) -> Automation:
    """Change an automation; raises `NotFound`, `BadRequest`, `TooLarge`."""
    session.order()
    known = read(session, ById(request.id))
    given: dict[str, Any] = {fact: getattr(request, fact) for fact in _FACTS}
    return _edited(session, known, {fact: value for fact, value in given.items() if value is not UNSET})


def _edited(session: Session, known: Automation, facts: dict[str, Any]) -> Automation:
    differing = [fact for fact, value in facts.items() if getattr(known, fact) != value]
    if not differing:
        return known
    automation = msgspec.structs.replace(known, updated=session.now(), version=known.version + 1, **facts)
    verb = "updated"
    if differing == ["enabled"]:
        verb = "enabled" if automation.enabled else "disabled"
    if verb != "disabled":
        # What is not, or no longer, as it should be can be stopped all the same.
        _check(session, automation)
    _write(session, automation, verb, changed=differing)
    return automation


def _write(session: Session, automation: Automation, verb: str, **facts: object) -> None:
    body = json_text(automation)
    fits("The automation", body, sizes.AUTOMATION)
    seq = changed(session, f"segue.automation.{verb}", resource_of(automation), **facts)
    session.run(
        "automation_put", id=automation.id, name=automation.name, owner=automation.owner_resource, enabled=int(automation.enabled),
        body=body, since=seq, created=micros(automation.created), updated=micros(automation.updated),
    )  # fmt: skip
    session.run("automation_version_put", automation_id=automation.id, since=seq, body=body)


def _check(session: Session, automation: Automation) -> None:
    if not automation.name.strip():
        raise BadRequest("An automation has a name; it is empty.", field="name")
    if len(automation.name) > sizes.NAME:
        raise BadRequest(f"The name has {len(automation.name):,} characters; at most {sizes.NAME:,}.", field="name")
    try:
        check_trigger(automation.trigger)
    except Unfollowable as problem:
        raise BadRequest(str(problem), field=problem.place) from problem
    for field in ("actions", "actions_on_trigger", "actions_on_resolve"):
        for number, action in enumerate(getattr(automation, field)):
            for fault in (*action_faults(action), *_block_faults(session, action)):
                raise BadRequest(
                    f"{field}[{number}], {action.__struct_config__.tag}: {fault}", field=f"{field}[{number}]"
                )


def _block_faults(session: Session, action: Action) -> list[str]:
    """Return what is wrong with the block that an action sends through, where it is there already."""
    if not isinstance(action, SendNotification | CallWebhook):
        return []
    try:
        block = read_block(session, BlockId(action.block_document_id))
    except NotFound:
        return []
    test = notify_fault if isinstance(action, SendNotification) else webhook_fault
    fault = test(block.block_type_slug, block.name)
    return [] if fault is None else [fault]


def own(session: Session, request: w.OwnedAutomations) -> w.Automations:
    """Give a resource its automations instead of those it has; raises `BadRequest`, `TooLarge`."""
    session.order()
    if not request.owner_resource:
        raise BadRequest("Say whose automations they are.", field="owner_resource")
    known = {each.name: each for each in owned_by(session, request.owner_resource)}
    made: list[Automation] = []
    for new in request.automations:
        before = known.pop(new.name, None)
        if before is not None:
            made.append(_edited(session, before, {fact: getattr(new, fact) for fact in _FACTS}))
        elif any(each.name == new.name for each in made):
            raise BadRequest(
                f"Two automations of {request.owner_resource} are called {new.name!r}.", field="automations"
            )
        else:
            made.append(create(session, msgspec.structs.replace(new, owner_resource=request.owner_resource)))
    for gone in known.values():
        _remove(session, gone)
    return w.Automations(items=made)


def owned_by(session: Session, owner: str) -> list[Automation]:
    """Return the automations of a resource."""
    return [automation_out(row[0]) for row in session.rows("automations_of_owner", owner=owner)]


def end_with(session: Session, owner: str) -> None:
    """Delete the automations of a resource that is no more."""
    for automation in owned_by(session, owner):
        _remove(session, automation)


def delete(session: Session, request: ById) -> Nothing:
    """Delete an automation; its firings stay. Raises `NotFound`."""
    session.order()
    _remove(session, read(session, request))
    return Nothing()


def _remove(session: Session, automation: Automation) -> None:
    seq = changed(session, "segue.automation.deleted", resource_of(automation))
    session.run("automation_delete", id=automation.id)
    session.run("automation_version_put", automation_id=automation.id, since=seq, body=None)


def read(session: Session, request: ById) -> Automation:
    """Return an automation; raises `NotFound`."""
    row = session.row("automation_read", id=request.id)
    if row is None:
        raise NotFound(kind="automation", id=request.id)
    return automation_out(row[0])


def list_page(session: Session, request: w.AutomationQuery) -> w.Automations:
    """Return a page of automations."""
    where = _where(session, request)
    columns = {"name": "a.name", "created": "a.created", "updated": "a.updated"}
    sort = Sort(request.sort, columns, "a.id")
    sort.beyond(where, request.after)
    select = "SELECT a.id, a.name, a.created, a.updated, a.body FROM automation AS a"
    rows, more = page(session, select, where, sort, request.limit, request.offset)
    cell = {"name": 1, "created": 2, "updated": 3}[sort.word]
    after = encode_cursor(rows[-1][cell], str(rows[-1][0])) if more else None
    return w.Automations(items=[automation_out(row[4]) for row in rows], next=after)


def count_all(session: Session, request: w.AutomationQuery) -> Count:
    """Count automations."""
    return Count(count(session, "automation AS a", _where(session, request)))


def _where(session: Session, asked: w.AutomationQuery) -> Where:
    where = Where(session.dialect)
    where.among("a.id", asked.ids)
    where.among("a.name", asked.names)
    where.like("a.name", asked.name_like)
    where.among("a.owner", asked.owner_resources)
    where.compare("a.enabled", "=", None if asked.enabled is None else int(asked.enabled))
    body = "json_extract(a.body, '$.tags')" if where.dialect == "sqlite" else "(a.body::jsonb -> 'tags')"
    where.tags(body, every=asked.tags_all, some=asked.tags_any)
    where.compare("a.created", ">=", micros_or_none(asked.created_after))
    if asked.related_to is not None:
        where.seek(_related(session, where, asked.related_to))
    return where


def _related(session: Session, where: Where, resource: str) -> str:
    """Return the condition that an automation belongs to a resource, names it in its trigger or acts upon it."""
    kind, _, id = resource.rpartition(".")
    # A trigger names the whole id of a resource, an action the id alone.
    patterns = [f'%"{_likeable(resource)}"%', f'%"{_likeable(id)}"%']
    known = _KNOWN_BY_NAME.get(kind)
    row = None if known is None else session.row(known, id=id)
    if row is not None:
        patterns += _named(str(row[1]))
        if kind == "segue.flow":
            patterns += _of_flow(str(row[1]))
        else:
            # What has to do with all runs of its flow has to do with it.
            flow, name = str(row[2]), str(row[3])
            patterns += [f'%"segue.flow.{_likeable(flow)}"%', *_named(name), *_of_flow(name)]
    conditions = [f"a.owner = {where.hold(resource)}"]
    conditions += [f"a.body LIKE {where.hold(pattern)} ESCAPE '\\'" for pattern in patterns]
    if kind == "segue.flow":
        # What has to do with one of its deployments has to do with it.
        owner, before, after = where.hold("segue.deployment."), where.hold("%"), where.hold('"%')
        conditions.append(
            f"EXISTS (SELECT 1 FROM deployment AS d WHERE d.flow_id = {where.hold(id)} "  # noqa: S608 - placeholders only
            f"AND (a.owner = {owner} || d.id OR a.body LIKE {before} || d.id || {after}))"
        )
    return f"({' OR '.join(conditions)})"


def _named(name: str) -> list[str]:
    """Return the patterns of triggers that name a resource by what it is called."""
    written = _likeable(name)
    return [f'%"{RESOURCE_NAME}":"{written}"%', f'%"{RESOURCE_NAME}":[%"{written}"%']


def _of_flow(name: str) -> list[str]:
    """Return the patterns of actions that name a flow by what it is called."""
    return [f'%"flow_name":"{_likeable(name)}"%']


def _likeable(text: str) -> str:
    return json_text(text)[1:-1].replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def firings(session: Session, request: w.AutomationFiringQuery) -> w.AutomationFirings:
    """Return a page of firings."""
    where = Where(session.dialect)
    where.among("f.id", request.ids)
    where.among("f.automation_id", request.automation_ids)
    where.among("f.state", request.states)
    where.compare("f.fired", ">=", micros_or_none(request.fired_after))
    where.compare("f.fired", "<", micros_or_none(request.fired_before))
    sort = Sort(request.sort, {"fired": "f.fired"}, "f.id")
    sort.beyond(where, request.after)
    select = "SELECT f.id, f.fired, f.body FROM automation_firing AS f"
    rows, more = page(session, select, where, sort, request.limit, 0)
    after = encode_cursor(rows[-1][1], str(rows[-1][0])) if more else None
    return w.AutomationFirings(items=[firing_out(row[2]) for row in rows], next=after)


def firing(session: Session, request: ById) -> w.FiringWithActions:
    """Return a firing with its actions; raises `NotFound`."""
    return w.FiringWithActions(firing=read_firing(session, request.id), actions=actions_of(session, request.id))


def resource_of(automation: Automation) -> dict[str, str]:
    """Return the labels of an automation."""
    return {RESOURCE_ID: f"segue.automation.{automation.id}", RESOURCE_NAME: automation.name}


HANDLERS = dict(
    (
        pair(w.AUTOMATION_CREATE, create),
        pair(w.AUTOMATION_OWN, own),
        pair(w.AUTOMATION_READ, read),
        pair(w.AUTOMATION_EDIT, edit),
        pair(w.AUTOMATION_DELETE, delete),
        pair(w.AUTOMATION_LIST, list_page),
        pair(w.AUTOMATION_COUNT, count_all),
        pair(w.AUTOMATION_FIRING_LIST, firings),
        pair(w.AUTOMATION_FIRING_READ, firing),
    )
)
