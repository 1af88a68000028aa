"""From what was claimed to what a launcher starts: the launch, and the environment it begins in."""

from __future__ import annotations

from collections.abc import Mapping

from segue.host.run_tokens import token_of_lease
from segue.model.launches import Launch
from segue.wire.workers import Assignment
from segue.worker.launching import Job, NoLaunch

#: What is the worker's alone: its key, and doors to what its runs reach through the server.
_OWN = frozenset({"SEGUE_API_KEY", "SEGUE_SECRET_KEY", "SEGUE_DATABASE_URL", "SEGUE_PROFILE"})


def job_of(assigned: Assignment, *, url: str, home: str, claim_token: str, surroundings: Mapping[str, str]) -> Job:
    """Return what is to be started for a claimed run; raises `NoLaunch` for a deployment that does not say what."""
    run = assigned.run
    if assigned.entrypoint is None:
        raise NoLaunch(why="its deployment has no entrypoint: deploy the flow again.")
    launch = Launch(
        flow_run_id=run.id, fence=assigned.lease.fence, flow_name=run.flow_name, run_name=run.name, entrypoint=assigned.entrypoint,
        path=assigned.path, pull_steps=assigned.pull_steps, parameters=dict(run.parameters),
    )  # fmt: skip
    added = {"SEGUE_API_URL": url, "SEGUE_API_KEY": token_of_lease(claim_token, assigned.lease.id)}
    wanted = _wanted(assigned.configuration)
    environment = {
        name: value for name, value in surroundings.items() if name not in _OWN and not name.startswith("SEGUE__")
    }
    environment["SEGUE_HOME"] = home
    for name, value in wanted.items():
        if value is None:
            environment.pop(name, None)
        else:
            environment[name] = value
    return Job(
        name=run.name, launch=launch, environment={**environment, **added},
        added={**{name: value for name, value in wanted.items() if value is not None}, **added},
        configuration=assigned.configuration,
    )  # fmt: skip


def _wanted(configuration: Mapping[str, object]) -> dict[str, str | None]:
    given = configuration.get("env")
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise NoLaunch(why=f"env must be an object of names and values, not {str(given)[:100]!r}.")
    return {str(name): None if value is None else str(value) for name, value in given.items()}
