"""Artifacts, made outside a run's record stream or read."""

from __future__ import annotations

from segue.decide.naming import FLOW_RUN, RESOURCE_ID, RESOURCE_NAME
from segue.model import sizes
from segue.model.errors import NotFound
from segue.model.things import Artifact
from segue.service.happenings import changed, happened
from segue.service.identified import identified
from segue.service.limits import fits
from segue.store.codec import json_text, micros, micros_or_none
from segue.store.lists import Sort, Where, count
from segue.store.rows import artifact_out
from segue.store.searching import search
from segue.store.session import Session
from segue.store.statements import statement
from segue.wire.queries import ArtifactQuery, Artifacts, Count, NewArtifact
from segue.wire.requests import ById, Nothing

#: Columns of the select statement from which cursors are made.
_CELLS = {"created": 5, "updated": 6, "id": 0}


def put(session: Session, request: NewArtifact) -> Artifact:
    """Make an artifact, or give one new data."""
    request = identified(session, request)
    fits("The artifact", request.data, sizes.ARTIFACT)
    now = micros(session.now())
    known = session.row("artifact_read", id=request.id) is not None
    values = [
        request.id, request.type, request.key, request.description, request.data, now, now, request.flow_run_id,
        request.task_run_id,
    ]  # fmt: skip
    session.run("artifacts_upsert", rows=json_text([values]))
    made = read(session, ById(request.id))
    # How far something is changes all the time.
    tell = happened if request.type == "progress" else changed
    tell(session, f"segue.artifact.{'updated' if known else 'created'}", _labels(made), type=made.type)
    return made


def _labels(artifact: Artifact) -> dict[str, str]:
    return {RESOURCE_ID: f"segue.artifact.{artifact.id}", RESOURCE_NAME: artifact.key or artifact.id}


def read(session: Session, request: ById) -> Artifact:
    """Return an artifact; raises `NotFound`."""
    row = session.row("artifact_read", id=request.id)
    if row is None:
        raise NotFound(kind="artifact", id=request.id)
    return artifact_out(row)


def list_page(session: Session, request: ArtifactQuery) -> Artifacts:
    """Return a page of artifacts."""
    where = _where(session, request)
    sort = Sort(request.sort, {"created": "a.created", "updated": "a.updated", "id": "a.id"}, "a.id")
    sort.beyond(where, request.after)
    select, limit, offset = statement("artifact_select"), request.limit, request.offset
    rows, after = search(session, select, "artifact AS a", where, sort, limit, offset, cells=_CELLS)
    return Artifacts(items=[artifact_out(row) for row in rows], next=after)


def count_all(session: Session, request: ArtifactQuery) -> Count:
    """Count artifacts."""
    return Count(count(session, "artifact AS a", _where(session, request)))


def delete(session: Session, request: ById) -> Nothing:
    """Delete an artifact; raises `NotFound`."""
    gone = read(session, request)
    session.run("artifact_delete", id=gone.id)
    run = {} if gone.flow_run_id is None else {"flow_run": f"{FLOW_RUN}{gone.flow_run_id}"}
    changed(session, "segue.artifact.deleted", _labels(gone), type=gone.type, **run)
    return Nothing()


def _where(session: Session, f: ArtifactQuery) -> Where:
    where = Where(session.dialect)
    where.among("a.id", f.ids)
    where.among("a.key", f.keys)
    where.like("a.key", f.key_like)
    where.among("a.flow_run_id", f.flow_run_ids)
    where.among("a.task_run_id", f.task_run_ids)
    where.compare("a.created", ">=", micros_or_none(f.created_after))
    if f.types is not None:
        marks = ", ".join(where.hold(type) for type in f.types) or "NULL"
        where.seek(f"a.type IN ({marks})")
    if f.latest:
        # Not "there is no newer one": PostgreSQL would sometimes fetch all versions of a key for that.
        newest = "SELECT b.id FROM artifact AS b WHERE b.key = a.key ORDER BY b.updated DESC, b.id DESC LIMIT 1"
        where.seek(f"(a.key IS NOT NULL AND a.id = ({newest}))", looks_up=True)
    if any(each is not None for each in (f.ids, f.keys, f.flow_run_ids, f.task_run_ids)):
        where.narrowed()
    return where
