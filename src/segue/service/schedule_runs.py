"""Runs that schedules made and nobody has begun: taken away when what they were made by changes."""

from __future__ import annotations

from segue.service.edits import delete_flow_runs
from segue.store.codec import micros
from segue.store.session import Session


def take_away(session: Session, schedule_id: str, *, because: str | None = None) -> int:
    """Delete the runs that a schedule made ahead of their time; `because`: also those whose time has come, with that reason.

    Returns how many.
    """
    gone = []
    for id, due in session.rows("flow_runs_of_schedule_planned", schedule_id=schedule_id):
        if due is None:
            gone.append(str(id))
        elif because is not None:
            gone.append(str(id))
            now = micros(session.now())
            session.run("firing_of_run", schedule_id=schedule_id, flow_run_id=str(id), reason=because, decided=now)
    if gone:
        delete_flow_runs(session, gone)
    if because is not None:
        now = micros(session.now())
        session.run("firings_queued_skip", schedule_id=schedule_id, reason=because, decided=now)
    return len(gone)


def deployment_changed(session: Session, deployment_id: str, *, paused: bool, gone: bool = False) -> None:
    """Take away what was made from a deployment as it was; `gone`: its schedules go with it."""
    because = None
    if paused or gone:
        because = f"The deployment was {'deleted' if gone else 'paused'} before anybody began its run."
    for row in session.rows("schedule_ids_of_deployment", deployment_id=deployment_id):
        take_away(session, str(row[0]), because=because)
        if gone:
            session.run("schedule_delete", id=str(row[0]))
    session.run("schedules_shorten", deployment_id=deployment_id)
