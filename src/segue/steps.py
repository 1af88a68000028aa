"""Doing the steps of deployments: Segue's own and others by their dotted names, one after the other.

What a step is given may name secrets, variables, the environment and outputs of earlier steps (`{{ segue.blocks.secret.token }}`,
`{{ segue.variables.branch }}`, `{{ $HOME }}`, `{{ id-of-a-step.output }}`): they are looked up here, on the machine that does the
step, and nowhere else. Each step begins in the folder that the one before has left.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from contextlib import chdir
from pathlib import Path
from typing import Any, cast

from segue.engine.session import backend
from segue.engine.templating import NotThere, Templates
from segue.host import config
from segue.own_requirements import require
from segue.own_steps import STEPS
from segue.pulling import PullFailed

#: What a step's inputs may hold beside those of its own.
KEYWORDS = ("id", "requires")
_HOMES = ("segue.deployments.steps.", "segue.deployments.steps.pull.", "segue.deployments.steps.utility.")
#: Packages that users know by a name of their own, and that are folders of ours.
_PACKAGES = ("segue_docker.", "segue_dask.", "segue_ray.")


def pull(steps: Sequence[Mapping[str, object]], into: Path) -> Path:
    """Do pull steps within a folder and return the folder that they leave the code in; raises `StepFailed`."""
    return do(steps, into, {})


def do(steps: Sequence[Mapping[str, object]], folder: Path, outputs: dict[str, object]) -> Path:
    """Do steps one after the other and return the folder that they leave.

    `outputs` is what earlier steps have left: `{{ output }}` is the last of that name, `{{ id.output }}` that of one step. Raises
    `StepFailed`.
    """
    templates = Templates(backend, environment=config.variable, outputs=outputs)
    for step in steps:
        name, given = _taken_apart(step)
        inputs = {word: value for word, value in given.items() if word not in KEYWORDS}
        require(given.get("requires"))
        try:
            filled = cast("dict[str, Any]", templates.filled(inputs))
        except NotThere as problem:
            raise PullFailed(f"The step {name}: {problem}") from problem
        done = _callable(name)(folder, **filled)
        if isinstance(done, Mapping):
            outputs |= done
            if given.get("id") is not None:
                outputs |= {f"{given['id']}.{output}": value for output, value in done.items()}
            folder = Path(str(done.get("directory", folder)))
    return folder


def _taken_apart(step: Mapping[str, object]) -> tuple[str, dict[str, object]]:
    """Return a step's name and what it is given; raises `StepFailed`."""
    if len(step) != 1:
        raise PullFailed(f"A step has one name with its inputs; here are {', '.join(step) or 'none'}.")
    ((name, given),) = step.items()
    return name, dict(cast("Mapping[str, object]", given)) if isinstance(given, Mapping) else {}


def known_step(name: str) -> Callable[..., object] | None:
    """Return one of our own steps by any of its names; None for another's."""
    short = name.rpartition(".")[2]
    return STEPS.get(short) if name == short or name.removesuffix(short) in _HOMES else None


def imported(name: str) -> Callable[..., object]:
    """Return a step by its dotted name; raises `StepFailed`."""
    module, _, function = name.rpartition(".")
    package = next((each for each in _PACKAGES if module.startswith(each)), None)
    if package is not None:
        module = f"{package.replace('_', '.', 1)}{module.removeprefix(package)}"
    try:
        found: Callable[..., object] = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError, ValueError) as problem:
        raise PullFailed(f"The step {name!r} cannot be done here: {problem}.") from problem
    return found


def _callable(name: str) -> Callable[..., object]:
    known = known_step(name)
    if known is not None:
        return known
    found = imported(name)

    def own(folder: Path, **inputs: object) -> object:
        # What comes after the steps is done where it would be without them.
        with chdir(folder):
            result = found(**inputs)
            if inspect.isawaitable(result):
                import asyncio  # noqa: PLC0415 - a door: few steps are coroutines

                return asyncio.run(_awaited(result))
            return result

    return own


async def _awaited(what: Any) -> object:
    return await what
