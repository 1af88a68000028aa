"""What stands in double braces in a `segue.yaml`: put in when the project is deployed, or left for the worker.

Outputs of steps are put in wherever they are named. In `pull` and in job variables, blocks and variables are left as they are: the
worker looks them up for each run, and the server never sees them. An environment variable is put in there where it is set, unless
its name, or that of what it is for, speaks of a secret; else it is the worker's as well. Everywhere else variables and the
environment are put in, and a block is refused: what is recorded with a deployment can be read by all who see it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from segue.deployments.project_file import Project, Way
from segue.deployments.project_shape import nearest
from segue.engine.session import backend
from segue.engine.templating import NotThere, Templates, put_in
from segue.host import config

_SECRET = ("secret", "password", "token", "key", "credential", "connection_string", "passphrase")


@dataclass
class Filling:
    """Puts in what one deployment names."""

    project: Project
    outputs: Mapping[str, object]
    wrong: list[tuple[Way, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._templates = Templates(backend, environment=config.variable, outputs={})

    def filled(self, value: Any, way: Way, *, worker: bool = False) -> Any:
        """Return a value with what it names; what is wrong is noted. `worker`: the rest is looked up for each run."""
        match value:
            case str():
                return put_in(value, lambda name, written: self._named(name, written, way, worker=worker))
            case dict():
                return {
                    key: self.filled(inner, (*way, key), worker=worker or key == "job_variables")
                    for key, inner in value.items()
                }
            case list():
                return [self.filled(inner, (*way, n), worker=worker) for n, inner in enumerate(value)]
            case _:
                return value

    def steps(self, steps: list[dict[str, Any]], way: Way) -> list[dict[str, Any]]:
        """Return pull steps with what they name; what steps before them will have left stays."""
        made, before = [], set[str]()
        for n, step in enumerate(steps):
            ((name, given),) = step.items()
            known, self._later = self._later, frozenset(before)
            made.append({name: self.filled(given or {}, (*way, n, name), worker=True)})
            self._later = known
            before.add(str((given or {}).get("id", "")))
        return made

    #: Ids of steps whose outputs are there when the worker does the next.
    _later: frozenset[str] = frozenset()

    def _named(self, name: str, written: str, way: Way, *, worker: bool) -> object:
        if name in self.outputs:
            return self.outputs[name]
        if name.startswith("$"):
            return self._environment(name[1:], written, way, worker=worker)
        if name.startswith(("segue.blocks.", "segue.variables.")):
            if worker:
                return written
            if name.startswith("segue.blocks."):
                why = f"{name} is a block, which all who see the deployment could read here; name it in job_variables or in pull."
                return self._bad(way, why, written)
            try:
                return self._templates.filled(f"{{{{ {name} }}}}")
            except NotThere as problem:
                return self._bad(way, str(problem), written)
        if worker and name.partition(".")[0] in self._later:
            return written
        there = nearest(name, self.outputs) if self.outputs else "; no step has left anything."
        known = "write $NAME, segue.variables.NAME, segue.blocks.TYPE.NAME or STEP_ID.OUTPUT"
        return self._bad(way, f"nothing is called {name!r}{there.rstrip('.?')}: {known}.", written)

    def _environment(self, name: str, written: str, way: Way, *, worker: bool) -> object:
        found = config.variable(name)
        if not worker:
            return (
                found if found is not None else self._bad(way, f"the environment variable {name} is not set.", written)
            )
        # The nearest keys say what it is for.
        about = [name, *(str(part) for part in way[-2:])]
        is_secret = any(word in each.lower() for word in _SECRET for each in about)
        return written if found is None or is_secret else found

    def _bad(self, way: Way, why: str, written: str) -> str:
        self.wrong.append((way, why))
        return written
