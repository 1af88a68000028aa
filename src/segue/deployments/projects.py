"""Deploying what a `segue.yaml` says: deployments chosen by name, steps done, and each sent to its work pool."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segue.client.schemas.deployments import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from segue.decide.wall_clock import instant, zone
from segue.deployments import deploying
from segue.deployments.project_file import BadProject, Project, Way
from segue.deployments.project_shape import DEPLOYMENT, faults
from segue.deployments.project_values import Filling
from segue.deployments.runner import CannotDeploy, RunnerDeployment, triggers_given, version_given
from segue.exceptions import MissingFlowError, ScriptError, UnspecifiedFlowError
from segue.model.pools import WorkPool
from segue.pulling import StepFailed
from segue.schedules import Schedule
from segue.scripts import CannotLoad
from segue.steps import do

if TYPE_CHECKING:
    from segue.flows import Flow

_SPANS = ("interval", "jitter", "within")
_INSTANTS = ("anchor_date", "start", "end")
_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw]?)")
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_ACTIONS = ("build", "push", "pull")


@dataclass(frozen=True)
class Wanted:
    """One deployment of a file, or of the command line alone."""

    project: Project
    #: Where it stands in the file.
    way: Way
    facts: dict[str, Any]

    @property
    def name(self) -> str | None:
        """Its own name."""
        found = self.facts.get("name")
        return None if found is None else str(found)

    @property
    def title(self) -> str:
        """What a person knows it by: `function/name`."""
        function = str(self.facts.get("entrypoint") or "").rpartition(":")[2]
        return f"{function}/{self.name}" if function else str(self.name)

    def fits(self, pattern: str) -> bool:
        """Say whether a name, `flow/name`, or a pattern with `*` means it."""
        if self.name is None:
            return False
        function = self.title.rpartition("/")[0]
        flows = {function, function.replace("_", "-"), str(self.facts.get("flow_name") or function)}
        return any(fnmatchcase(each, pattern) for each in {self.name, *(f"{flow}/{self.name}" for flow in flows)})

    def steps(self, action: str) -> tuple[list[dict[str, Any]] | None, Way]:
        """Return its steps of one kind, its own or those of the whole file, and where they stand."""
        if action in self.facts:
            return self.facts[action], (*self.way, action)
        return self.project.values.get(action), (action,)

    def bad(self, *way: str | int, why: str) -> BadProject:
        """Return an error about a word of it."""
        return self.project.bad([((*self.way, *way), why)])


def deployments_of(project: Project) -> list[Wanted]:
    """Return what a file has to deploy."""
    found = project.values.get("deployments") or []
    return [Wanted(project, ("deployments", n), dict(each or {})) for n, each in enumerate(found)]


def chosen(among: Sequence[Wanted], patterns: Sequence[str]) -> list[Wanted]:
    """Return those that names or patterns mean; raises CannotDeploy for one that means none."""
    found: list[Wanted] = []
    for pattern in patterns:
        fitting = [each for each in among if each.fits(pattern)]
        if not fitting:
            there = ", ".join(each.title for each in among) or "none"
            raise CannotDeploy(why=f"no deployment of the file fits {pattern!r}. It has {there}.")
        found += [each for each in fitting if each not in found]
    return found


@dataclass(frozen=True)
class _Ready:
    wanted: Wanted
    flow: Flow[Any, Any]
    pool: WorkPool


def deploy_all(
    wanted: Sequence[Wanted], load: Callable[[str], Flow[Any, Any]]
) -> list[tuple[RunnerDeployment, WorkPool]]:
    """Do the steps and make the deployments of flows that `load` finds by their entrypoints; returns them with their pools.

    Everything that can be seen before a step is done is seen then, for all of them. Steps that several share are done once. Raises
    `BadProject`, CannotDeploy, `StepFailed`, and what the service says.
    """
    ready = [_ready(each, load) for each in wanted]
    done: dict[str, dict[str, object]] = {}
    return [_deployed(each, done) for each in ready]


def _ready(wanted: Wanted, load: Callable[[str], Flow[Any, Any]]) -> _Ready:
    needs = {"name": "a name", "entrypoint": "the place of its flow, FILE.py:FUNCTION"}
    for word, what in needs.items():
        if not wanted.facts.get(word):
            raise wanted.bad(why=f"a deployment needs {what}: write `{word}:` here, or say it at the command line.")
    # The rest may hang on what steps leave; a pool and a flow are looked for before anything is built.
    early = Filling(wanted.project, {})
    entrypoint = early.filled(wanted.facts["entrypoint"], (*wanted.way, "entrypoint"))
    name = early.filled((wanted.facts.get("work_pool") or {}).get("name"), (*wanted.way, "work_pool", "name"))
    if early.wrong:
        raise wanted.project.bad(early.wrong)
    try:
        pool = deploying.pool_named(name)
    except CannotDeploy as problem:
        raise wanted.bad("work_pool", "name", why=str(problem.facts["why"])) from None
    return _Ready(wanted, _flow(wanted, entrypoint, load), pool)


def _flow(wanted: Wanted, entrypoint: str, load: Callable[[str], Flow[Any, Any]]) -> Flow[Any, Any]:
    try:
        flow = load(entrypoint)
    except (CannotLoad, MissingFlowError, UnspecifiedFlowError, ScriptError) as problem:
        raise wanted.bad("entrypoint", why=f"{entrypoint!r} cannot be deployed: {problem}") from problem
    name = wanted.facts.get("flow_name")
    if name and name != flow.name:
        raise wanted.bad("flow_name", why=f"the flow at {entrypoint!r} is called {flow.name!r}, not {name!r}.")
    return flow


def _deployed(ready: _Ready, done: dict[str, dict[str, object]]) -> tuple[RunnerDeployment, WorkPool]:
    wanted = ready.wanted
    outputs: dict[str, object] = {}
    for action in ("build", "push"):
        steps, _ = wanted.steps(action)
        if steps:
            # Steps of the whole file are done once for all deployments; what they leave is the same for each.
            mark = json.dumps([steps, outputs], default=str, sort_keys=True)
            if mark not in done:
                left = dict(outputs)
                do(steps, Path.cwd(), left)
                done[mark] = left
            outputs = dict(done[mark])
    filling = Filling(wanted.project, outputs)
    facts = {
        key: filling.filled(value, (*wanted.way, key), worker=False) if key != "triggers" else value
        for key, value in wanted.facts.items()
        if key not in _ACTIONS
    }
    pull, way = wanted.steps("pull")
    steps = None if pull is None else filling.steps(pull, way)
    wrong = filling.wrong or list(faults(facts, DEPLOYMENT, wanted.way))
    if wrong:
        raise wanted.project.bad(wrong)
    made = _deployment(ready, facts, steps)
    made.apply()
    return made, ready.pool


def _deployment(ready: _Ready, facts: Mapping[str, Any], pull: list[dict[str, Any]] | None) -> RunnerDeployment:
    wanted, pool = ready.wanted, facts.get("work_pool") or {}
    variables = dict(pool.get("job_variables") or {})
    if pull is None:
        pull = []
        if deploying.takes_image(ready.pool):
            if not variables.get("image"):
                why = (
                    f"runs of work pool {ready.pool.name!r} are containers, and neither an image nor a `pull` step says where the "
                    "code is. Write job_variables: {image: ...}, a `build` step, or `pull`."
                )
                raise wanted.bad("work_pool", why=why)
        else:
            pull = [{"segue.deployments.steps.set_working_directory": {"directory": str(Path.cwd())}}]
    return RunnerDeployment(
        flow=ready.flow, name=str(facts["name"]), schedules=_schedules(wanted, facts), triggers=_triggers(wanted, facts),
        paused=facts.get("paused"), parameters=dict(facts.get("parameters") or {}), description=facts.get("description"),
        tags=[str(each) for each in facts.get("tags") or ()], version=_version(wanted, facts),
        enforce_parameter_schema=facts.get("enforce_parameter_schema") is not False,
        concurrency_limit=_limit(wanted, facts.get("concurrency_limit")), work_pool_name=ready.pool.name,
        work_queue_name=pool.get("work_queue_name"), job_variables=variables, pull_steps=pull, place=facts["entrypoint"],
        keep_running=facts.get("keep_running"),
    )  # fmt: skip


def _version(wanted: Wanted, facts: Mapping[str, Any]) -> str | None:
    version = facts.get("version")
    try:
        return version_given(None if version is None else str(version), facts.get("version_type"))
    except (ValueError, StepFailed) as problem:
        raise wanted.bad("version_type", why=str(problem)) from None


def _limit(wanted: Wanted, given: Any) -> int | ConcurrencyLimitConfig | None:
    if not isinstance(given, dict):
        return None if given is None else int(given)
    strategies = [each.value for each in ConcurrencyLimitStrategy]
    strategy = given.get("collision_strategy") or "ENQUEUE"
    if strategy not in strategies:
        raise wanted.bad(
            "concurrency_limit", "collision_strategy", why=f"{strategy!r} is none of {', '.join(strategies)}."
        )
    if given.get("limit") is None:
        raise wanted.bad("concurrency_limit", why="a limit needs `limit`, a whole number.")
    return ConcurrencyLimitConfig(
        limit=given["limit"], collision_strategy=ConcurrencyLimitStrategy(strategy),
        grace_period_seconds=given.get("grace_period_seconds"),
    )  # fmt: skip


def _triggers(wanted: Wanted, facts: Mapping[str, Any]) -> Any:
    found = facts.get("triggers")
    made = []
    for n, each in enumerate(found or ()):
        try:
            made += triggers_given([each]) or []
        except (ValueError, TypeError) as problem:
            raise wanted.bad("triggers", n, why=f"this is no trigger: {problem}") from None
    return None if found is None else made


def _schedules(wanted: Wanted, facts: Mapping[str, Any]) -> list[Schedule] | None:
    if facts.get("schedule") and facts.get("schedules"):
        raise wanted.bad("schedule", why="write either `schedule` or `schedules`.")
    if facts.get("schedule"):
        return [_schedule(wanted, facts["schedule"], ("schedule",))]
    found = facts.get("schedules")
    return None if found is None else [_schedule(wanted, each or {}, ("schedules", n)) for n, each in enumerate(found)]


def _schedule(wanted: Wanted, given: Mapping[str, Any], way: Way) -> Schedule:
    facts = {word: value for word, value in given.items() if value is not None}
    for word in (each for each in _SPANS if each in facts):
        found = _SPAN.fullmatch(str(facts[word]).strip().lower())
        if found is None:
            raise wanted.bad(*way, word, why=f"{facts[word]!r} is no span of time; write seconds, or 15m, 2h, 1d.")
        facts[word] = timedelta(seconds=float(found[1]) * _SECONDS[found[2]])
    for word in (each for each in _INSTANTS if each in facts):
        facts[word] = _instant(wanted, facts[word], facts.get("timezone"), (*way, word))
    try:
        return Schedule(**facts)
    except ValueError as problem:
        raise wanted.bad(*way, why=str(problem)) from None


def _instant(wanted: Wanted, given: Any, of: str | None, way: Way) -> datetime:
    """Return an instant; a date and time without a zone is one of the schedule's own."""
    try:
        found = datetime.fromisoformat(given) if isinstance(given, str) else given
        found = found if isinstance(found, datetime) else datetime.combine(found, time())
        return instant(found, zone(of or "UTC")) if found.tzinfo is None else found.astimezone(UTC)
    except ValueError:
        raise wanted.bad(*way, why=f"{given!r} is not a date and time such as 2026-01-31T08:00.") from None
