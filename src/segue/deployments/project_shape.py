"""What a `segue.yaml` may say: its keys, and what each of them holds."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any, TypeAlias

from segue.deployments.project_file import Project, Way
from segue.own_steps import STEPS
from segue.pulling import StepFailed
from segue.steps import KEYWORDS, imported, known_step

Wrong: TypeAlias = Iterator[tuple[Way, str]]


@dataclass(frozen=True)
class Leaf:
    """One value of some types, or a template of it."""

    kinds: tuple[type, ...]
    words: str


@dataclass(frozen=True)
class Keys:
    """Known keys, each with its shape."""

    known: Mapping[str, Shape]


@dataclass(frozen=True)
class Items:
    """A list of one shape."""

    of: Shape


@dataclass(frozen=True)
class Either:
    """One value, or keys."""

    leaf: Leaf
    keys: Keys


@dataclass(frozen=True)
class Anything:
    """Whatever it is."""


@dataclass(frozen=True)
class Map:
    """Keys of the user's own."""


@dataclass(frozen=True)
class Steps:
    """Steps; those that are done here must be there."""

    here: bool


Shape: TypeAlias = Leaf | Keys | Items | Either | Anything | Map | Steps

_TEXT = Leaf((str,), "a text")
#: `1.10` is a number to YAML, and would lose its zero.
_LABEL = Leaf((str, int), "a text (in quotation marks where it looks like a number)")
_SWITCH = Leaf((bool,), "true or false")
_WHOLE = Leaf((int,), "a whole number")
_SPAN = Leaf((int, float, str), "seconds, or 15m, 2h, 1d")
_WHEN = Leaf((str, datetime, date), "a date and time")
_MAP = Map()

SCHEDULE = Keys({
    "cron": _TEXT, "interval": _SPAN, "rrule": _TEXT, "timezone": _TEXT, "anchor_date": _WHEN, "day_or": _SWITCH, "active": _SWITCH,
    "parameters": _MAP, "slug": _TEXT, "max_scheduled_runs": _WHOLE, "jitter": _SPAN, "start": _WHEN, "end": _WHEN,
    "catch_up": _TEXT, "within": _SPAN, "overlap": _TEXT,
})  # fmt: skip
_LIMIT = Keys({"limit": _WHOLE, "collision_strategy": _TEXT, "grace_period_seconds": _WHOLE})
_ACTIONS: dict[str, Shape] = {"build": Steps(here=True), "push": Steps(here=True), "pull": Steps(here=False)}
DEPLOYMENT = Keys({
    "name": _TEXT, "flow_name": _TEXT, "entrypoint": _TEXT, "description": _TEXT, "version": _LABEL, "version_type": _TEXT,
    "tags": Items(_LABEL), "parameters": _MAP, "schedule": SCHEDULE, "schedules": Items(SCHEDULE), "paused": _SWITCH,
    "triggers": Items(_MAP), "concurrency_limit": Either(_WHOLE, _LIMIT), "enforce_parameter_schema": _SWITCH,
    "keep_running": _SWITCH,
    "work_pool": Keys({"name": _TEXT, "work_queue_name": _TEXT, "job_variables": _MAP}), **_ACTIONS,
})  # fmt: skip
PROJECT = Keys({
    "name": _TEXT, "segue-version": _LABEL, "description": _TEXT, "definitions": Anything(), **_ACTIONS,
    "deployments": Items(DEPLOYMENT),
})  # fmt: skip


def check(project: Project) -> None:
    """Raise `BadProject` that says everything that is wrong with a file, a line each."""
    wrong = list(faults(project.values, PROJECT, ()))
    if wrong:
        raise project.bad(wrong)


def faults(value: Any, shape: Shape, way: Way, *, final: bool = False) -> Wrong:
    """Yield what is wrong with a value; with `final` a template is no longer taken for what it will be."""
    if value is None or (isinstance(value, str) and "{{" in value and not final):
        return
    match shape:
        case Leaf(kinds, words):
            if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
                yield way, f"this must be {words}, not {value!r:.60}."
        case Map():
            if not isinstance(value, dict):
                yield way, f"this must be keys with their values, not {value!r:.60}."
        case Keys(known):
            yield from _keys(value, known, way, final=final)
        case Either(leaf, keys):
            yield from faults(value, keys if isinstance(value, dict) else leaf, way, final=final)
        case Items(of):
            if not isinstance(value, list):
                yield way, f"this must be a list, not {value!r:.60}."
                return
            for n, each in enumerate(value):
                yield from faults(each, of, (*way, n), final=final)
        case Steps(here):
            yield from _steps(value, way, here=here)
        case Anything():
            return


def _keys(value: Any, known: Mapping[str, Shape], way: Way, *, final: bool) -> Wrong:
    if not isinstance(value, dict):
        yield way, f"this must be keys with their values, not {value!r:.60}; it knows {', '.join(known)}."
        return
    for key, inner in value.items():
        if key in known:
            yield from faults(inner, known[key], (*way, key), final=final)
        else:
            yield (*way, key), f"there is no {key!r} here{nearest(key, known)}"


def nearest(name: str, known: Mapping[str, object]) -> str:
    """Return the end of a sentence about a name that is not known."""
    near = get_close_matches(name, known, n=1, cutoff=0.6)
    return f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(known)}."


def _steps(value: Any, way: Way, *, here: bool) -> Wrong:
    if not isinstance(value, list):
        yield way, f"this must be a list of steps, not {value!r:.60}."
        return
    for n, step in enumerate(value):
        at = (*way, n)
        if not isinstance(step, dict) or len(step) != 1:
            yield at, f"a step is one name with its inputs below it, not {step!r:.60}."
            continue
        ((name, given),) = step.items()
        if given is not None and not isinstance(given, dict):
            yield (*at, name), f"a step's inputs are keys with their values, not {given!r:.60}."
            continue
        yield from _inputs(name, given or {}, (*at, name), here=here)


def _inputs(name: str, given: dict[str, Any], way: Way, *, here: bool) -> Wrong:
    step = known_step(name)
    if step is None:
        if name.startswith("segue.deployments.steps.") or "." not in name:
            yield way, f"there is no step {name!r}{nearest(name.rpartition('.')[2], STEPS)}"
            return
        if not here:
            # It is the worker's to have.
            return
        try:
            step = imported(name)
        except StepFailed as problem:
            yield way, str(problem)
            return
    try:
        parameters = dict(inspect.signature(step).parameters)
    except (TypeError, ValueError):
        return
    if known_step(name) is not None:
        parameters.pop("folder")
    loose = any(each.kind is inspect.Parameter.VAR_KEYWORD for each in parameters.values())
    named = {
        word: each
        for word, each in parameters.items()
        if each.kind not in {inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL}
    }
    for word in given:
        if not loose and word not in named and word not in KEYWORDS:
            yield (*way, word), f"the step {name} has no input {word!r}{nearest(word, named)}"
    missing = [word for word, each in named.items() if each.default is inspect.Parameter.empty and word not in given]
    if missing:
        yield way, f"the step {name} needs {' and '.join(map(repr, missing))}."
