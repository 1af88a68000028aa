"""From what was claimed to what a launcher starts: the launch, and the environment it begins in."""

from __future__ import annotations

from collections.abc import Mapping

from segue.backend.protocol import Backend
from segue.engine.templating import Templates
from segue.host.run_tokens import token_of_lease
from segue.model.errors import SegueError
from segue.model.launches import Launch
from segue.wire.workers import Assignment
from segue.worker.launching import Job, NoLaunch

#: What is the worker's alone: its key, and doors to what its runs reach through the server.
_OWN = frozenset({"SEGUE_API_KEY", "SEGUE_SECRET_KEY", "SEGUE_DATABASE_URL", "SEGUE_PROFILE"})


def job_of(
    assigned: Assignment, *, backend: Backend, url: str, home: str, claim_token: str, surroundings: Mapping[str, str]
) -> Job:
    """Return what is to be started for a claimed run; raises `NoLaunch` for a deployment that does not say what.

    Blocks, variables and the environment that its job variables name are looked up here: whoever stores these sees the names alone.
    """
    run = assigned.run
    environment = {
        name: value for name, value in surroundings.items() if name not in _OWN and not name.startswith("SEGUE__")
    }
    configuration, secrets = _looked_up(assigned.configuration, backend, environment)
    if assigned.entrypoint is None:
        raise NoLaunch(why="its deployment has no entrypoint: deploy the flow again.")
    launch = Launch(
        flow_run_id=run.id, fence=assigned.lease.fence, flow_name=run.flow_name, run_name=run.name, entrypoint=assigned.entrypoint,
        path=assigned.path, pull_steps=assigned.pull_steps, parameters=dict(run.parameters), secrets=sorted(secrets),
    )  # fmt: skip
    added = {"SEGUE_API_URL": url, "SEGUE_API_KEY": token_of_lease(claim_token, assigned.lease.id)}
    wanted = _wanted(configuration)
    environment["SEGUE_HOME"] = home
    for name, value in wanted.items():
        if value is None:
            environment.pop(name, None)
        else:
            environment[name] = value
    return Job(
        name=run.name, launch=launch, environment={**environment, **added},
        added={**{name: value for name, value in wanted.items() if value is not None}, **added},
        configuration=configuration,
    )  # fmt: skip


def _looked_up(
    configuration: Mapping[str, object], backend: Backend, environment: Mapping[str, str]
) -> tuple[Mapping[str, object], set[str]]:
    """Return a configuration with what it names, and the secrets among that; raises `NoLaunch`."""
    templates = Templates(lambda: backend, environment=environment.get)
    try:
        filled = {name: templates.filled(part) for name, part in configuration.items()}
    except SegueError as problem:
        if problem.status >= 500:
            raise
        raise NoLaunch(why=f"a job variable cannot be looked up. {problem}") from problem
    return filled, templates.secrets


def _wanted(configuration: Mapping[str, object]) -> dict[str, str | None]:
    given = configuration.get("env")
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise NoLaunch(why=f"env must be an object of names and values, not {str(given)[:100]!r}.")
    return {str(name): None if value is None else str(value) for name, value in given.items()}
