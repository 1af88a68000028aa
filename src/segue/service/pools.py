"""Work pools and their queues: made, changed, read, deleted."""

from __future__ import annotations

import re

from msgspec import UNSET

from segue.decide.job_templates import TEMPLATES, template_faults
from segue.model import sizes
from segue.model.errors import AlreadyExists, BadRequest, InUse, NotFound
from segue.model.pools import DEFAULT_QUEUE, WorkPool, WorkQueue
from segue.service.happenings import changed
from segue.service.identified import identified
from segue.service.limits import fits
from segue.service.pairing import pair
from segue.store.codec import json_or_none, micros, micros_or_none
from segue.store.deployment_rows import work_pool_out, work_queue_out
from segue.store.lists import Fixed, Sort, Where, count, encode_cursor, page
from segue.store.session import Session
from segue.store.statements import statement
from segue.wire import pools as w
from segue.wire.queries import Count
from segue.wire.requests import ByName, Nothing

#: What names of pools, queues and deployments may hold: they stand in paths, and in `flow/deployment`.
_NAME = re.compile(r"[^/%&><\x00-\x1f]{1,255}")
_QUEUES = Fixed(p__name=str, q__priority=int, q__name=str)


def checked_name(kind: str, name: str) -> None:
    """Raise `BadRequest` for a name that cannot be."""
    if not _NAME.fullmatch(name) or name != name.strip():
        raise BadRequest(
            f"The name of a {kind} has 1 to 255 characters, none of / % & > <; it is {name[:80]!r}.", field="name"
        )


def create_pool(session: Session, request: w.NewWorkPool) -> WorkPool:
    """Make a work pool with its default queue; raises `AlreadyExists`, `BadRequest`."""
    request = identified(session, request)
    session.order()
    checked_name("work pool", request.name)
    row = session.row("work_pool_read", name=request.name)
    if row is not None:
        known = work_pool_out(row, session.now())
        if known.id == request.id:
            return known
        raise AlreadyExists(kind="work pool", id=request.name)
    template = request.base_job_template
    if template is None:
        template = TEMPLATES.get(request.type, {})
    _check_template(template)
    queue_id = session.new_id()
    session.run(
        "work_pool_insert", id=request.id, name=request.name, type=request.type, description=request.description,
        base_job_template=json_or_none(template), paused=int(request.is_paused), concurrency_limit=request.concurrency_limit,
        default_queue_id=queue_id, now=micros(session.now()),
    )  # fmt: skip
    _insert_queue(session, request.id, queue_id, DEFAULT_QUEUE, priority=1)
    changed(session, "segue.work-pool.created", _pool_labels(request.id, request.name), type=request.type)
    return read_pool(session, ByName(request.name))


def _check_template(template: dict[str, object]) -> None:
    fits("The base job template", template, sizes.BLOCK)
    wrong = template_faults(template)
    if wrong:
        raise BadRequest(f"The base job template cannot be used: {'; '.join(wrong)}.", field="base_job_template")


def read_pool(session: Session, request: ByName) -> WorkPool:
    """Return a work pool; raises `NotFound`."""
    row = session.row("work_pool_read", name=request.name)
    if row is None:
        raise NotFound(kind="work pool", id=request.name)
    return work_pool_out(row, session.now())


def edit_pool(session: Session, request: w.EditWorkPool) -> WorkPool:
    """Change a work pool; raises `NotFound`, `AlreadyExists`, `BadRequest`."""
    session.order()
    known = read_pool(session, ByName(request.name))
    name = known.name if request.new_name is UNSET else request.new_name
    if name != known.name:
        checked_name("work pool", name)
        if session.row("work_pool_read", name=name) is not None:
            raise AlreadyExists(kind="work pool", id=name)
    facts: dict[str, object] = {"name": name}
    for fact in ("description", "base_job_template", "is_paused", "concurrency_limit"):
        given = getattr(request, fact)
        facts[fact] = getattr(known, fact) if given is UNSET else given
    differing = [fact for fact, value in facts.items() if getattr(known, fact) != value]
    if not differing:
        return known
    template = known.base_job_template if request.base_job_template is UNSET else request.base_job_template
    _check_template(template)
    session.run(
        "work_pool_update", id=known.id, name=name,
        description=known.description if request.description is UNSET else request.description,
        base_job_template=json_or_none(template), paused=int(bool(facts["is_paused"])),
        concurrency_limit=known.concurrency_limit if request.concurrency_limit is UNSET else request.concurrency_limit,
        now=micros(session.now()),
    )  # fmt: skip
    changed(
        session,
        _verb("work-pool", differing, paused=bool(facts["is_paused"])),
        _pool_labels(known.id, name),
        changed=differing,
    )
    return read_pool(session, ByName(name))


def _verb(noun: str, differing: list[str], *, paused: bool) -> str:
    if differing == ["is_paused"]:
        return f"segue.{noun}.{'paused' if paused else 'resumed'}"
    return f"segue.{noun}.updated"


def delete_pool(session: Session, request: ByName) -> Nothing:
    """Delete a work pool with its queues and workers; raises `NotFound`, and `InUse` while deployments or open runs name it."""
    session.order()
    known = read_pool(session, request)
    for row in session.rows("work_queues_of_pool", pool_id=known.id):
        _refuse_if_used(session, str(row[0]), f"work pool {known.name!r}")
    session.run("workers_of_pool_delete", pool_id=known.id)
    session.run("work_queues_of_pool_delete", pool_id=known.id)
    session.run("work_pool_delete", id=known.id)
    changed(session, "segue.work-pool.deleted", _pool_labels(known.id, known.name))
    return Nothing()


def _refuse_if_used(session: Session, queue_id: str, what: str) -> None:
    users = ["deployment " + "/".join(map(str, row)) for row in session.rows("deployments_of_queue", queue_id=queue_id)]
    if users:
        raise InUse(what=what, users=", ".join(users[:5]) + (" and more" if len(users) > 5 else ""))
    row = session.row("flow_runs_of_queue_open", queue_id=queue_id)
    if row is not None and row[0]:
        raise InUse(what=what, users=f"{int(row[0]):,} flow runs that are not over")


def list_pools(session: Session, request: w.WorkPoolQuery) -> w.WorkPools:
    """Return a page of work pools."""
    where = _where_pools(session, request)
    sort = Sort(request.sort, {"name": "p.name", "created": "p.created"}, "p.name")
    sort.beyond(where, request.after)
    rows, more = page(session, statement("work_pool_select"), where, sort, request.limit, request.offset)
    cell = {"name": 1, "created": 3}[sort.word]
    after = encode_cursor(rows[-1][cell], str(rows[-1][1])) if more else None
    now = session.now()
    return w.WorkPools(items=[work_pool_out(row, now) for row in rows], next=after)


def count_pools(session: Session, request: w.WorkPoolQuery) -> Count:
    """Count work pools."""
    return Count(count(session, "work_pool AS p", _where_pools(session, request)))


def _where_pools(session: Session, f: w.WorkPoolQuery) -> Where:
    where = Where(session.dialect)
    where.among("p.id", f.ids)
    where.among("p.name", f.names)
    where.like("p.name", f.name_like)
    where.among("p.type", f.types)
    where.compare("p.created", ">=", micros_or_none(f.created_after))
    return where


def _pool_labels(id: str, name: str) -> dict[str, str]:
    return {"segue.resource.id": f"segue.work-pool.{id}", "segue.resource.name": name}


# --- queues ---------------------------------------------------------------------------------------------------------


def create_queue(session: Session, request: w.NewWorkQueue) -> WorkQueue:
    """Make a queue of a work pool; raises `NotFound` for the pool, `AlreadyExists`, `BadRequest`."""
    request = identified(session, request)
    session.order()
    checked_name("work queue", request.name)
    pool = read_pool(session, ByName(request.work_pool_name))
    row = session.row("work_queue_read", pool=pool.name, name=request.name)
    if row is not None:
        known = work_queue_out(row, session.now())
        if known.id == request.id:
            return known
        raise AlreadyExists(kind="work queue", id=f"{pool.name}/{request.name}")
    _insert_queue(
        session, pool.id, request.id, request.name, priority=request.priority, description=request.description,
        paused=request.is_paused, limit=request.concurrency_limit,
    )  # fmt: skip
    made = read_queue(session, w.QueueRef(pool.name, request.name))
    changed(session, "segue.work-queue.created", _queue_labels(made), priority=made.priority)
    return made


def _insert_queue(
    session: Session,
    pool_id: str,
    id: str,
    name: str,
    *,
    priority: int | None,
    description: str | None = None,
    paused: bool = False,
    limit: int | None = None,
) -> None:
    if priority is None:
        last = session.row("work_queue_last", pool_id=pool_id)
        priority = int(last[0] or 0) + 1 if last is not None else 1
    session.run(
        "work_queue_insert", id=id, pool_id=pool_id, name=name, description=description, priority=priority, paused=int(paused),
        concurrency_limit=limit, now=micros(session.now()),
    )  # fmt: skip


def queue_of(session: Session, pool: WorkPool, name: str | None) -> WorkQueue:
    """Return a pool's queue by name, made where it is not there yet; without a name its default queue."""
    if name is None:
        row = session.row("work_queue_by_id", id=pool.default_queue_id)
        if row is not None:
            return work_queue_out(row, session.now())
        name = DEFAULT_QUEUE
    row = session.row("work_queue_read", pool=pool.name, name=name)
    if row is not None:
        return work_queue_out(row, session.now())
    return create_queue(session, w.NewWorkQueue(work_pool_name=pool.name, name=name))


def read_queue(session: Session, request: w.QueueRef) -> WorkQueue:
    """Return a queue; raises `NotFound`."""
    row = session.row("work_queue_read", pool=request.work_pool_name, name=request.name)
    if row is None:
        read_pool(session, ByName(request.work_pool_name))
        raise NotFound(kind=f"work queue of pool {request.work_pool_name!r}", id=request.name)
    return work_queue_out(row, session.now())


def edit_queue(session: Session, request: w.EditWorkQueue) -> WorkQueue:
    """Change a queue; raises `NotFound`, `AlreadyExists`, `BadRequest`."""
    session.order()
    known = read_queue(session, w.QueueRef(request.work_pool_name, request.name))
    name = known.name if request.new_name is UNSET else request.new_name
    if name != known.name:
        checked_name("work queue", name)
        if session.row("work_queue_read", pool=known.work_pool_name, name=name) is not None:
            raise AlreadyExists(kind="work queue", id=f"{known.work_pool_name}/{name}")
    description = known.description if request.description is UNSET else request.description
    priority = known.priority if request.priority is UNSET else request.priority
    paused = known.is_paused if request.is_paused is UNSET else request.is_paused
    limit = known.concurrency_limit if request.concurrency_limit is UNSET else request.concurrency_limit
    facts = {
        "name": name, "description": description, "priority": priority, "is_paused": paused, "concurrency_limit": limit,
    }  # fmt: skip
    differing = [fact for fact, value in facts.items() if getattr(known, fact) != value]
    if not differing:
        return known
    session.run(
        "work_queue_update", id=known.id, name=name, description=description, priority=priority, paused=int(paused),
        concurrency_limit=limit, now=micros(session.now()),
    )  # fmt: skip
    made = read_queue(session, w.QueueRef(known.work_pool_name, name))
    changed(session, _verb("work-queue", differing, paused=paused), _queue_labels(made), changed=differing)
    return made


def delete_queue(session: Session, request: w.QueueRef) -> Nothing:
    """Delete a queue; raises `NotFound`, `BadRequest` for a pool's default queue, `InUse` while somebody needs it."""
    session.order()
    known = read_queue(session, request)
    pool = read_pool(session, ByName(known.work_pool_name))
    if pool.default_queue_id == known.id:
        raise BadRequest(f"{known.name!r} is the default queue of work pool {pool.name!r}; it goes with its pool.")
    _refuse_if_used(session, known.id, f"work queue {pool.name}/{known.name}")
    session.run("work_queue_delete", id=known.id)
    changed(session, "segue.work-queue.deleted", _queue_labels(known))
    return Nothing()


def list_queues(session: Session, request: w.WorkQueueQuery) -> w.WorkQueues:
    """Return a page of queues, by pool and priority."""
    where = Where(session.dialect)
    where.among("q.id", request.ids)
    where.among("p.name", request.work_pool_names)
    where.among("q.name", request.names)
    where.like("q.name", request.name_like)
    _QUEUES.beyond(where, request.after)
    rows, more = page(session, statement("work_queue_select"), where, _QUEUES, request.limit, request.offset)
    now = session.now()
    items = [work_queue_out(row, now) for row in rows]
    last = items[-1] if more else None
    after = None if last is None else _QUEUES.cursor((last.work_pool_name, last.priority, last.name))
    return w.WorkQueues(items=items, next=after)


def _queue_labels(queue: WorkQueue) -> dict[str, str]:
    name = f"{queue.work_pool_name}/{queue.name}"
    return {"segue.resource.id": f"segue.work-queue.{queue.id}", "segue.resource.name": name}


HANDLERS = dict(
    (
        pair(w.POOL_CREATE, create_pool),
        pair(w.POOL_READ, read_pool),
        pair(w.POOL_EDIT, edit_pool),
        pair(w.POOL_DELETE, delete_pool),
        pair(w.POOL_LIST, list_pools),
        pair(w.POOL_COUNT, count_pools),
        pair(w.QUEUE_CREATE, create_queue),
        pair(w.QUEUE_READ, read_queue),
        pair(w.QUEUE_EDIT, edit_queue),
        pair(w.QUEUE_DELETE, delete_queue),
        pair(w.QUEUE_LIST, list_queues),
    )
)
