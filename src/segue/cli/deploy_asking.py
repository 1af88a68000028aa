"""What `segue deploy` asks a person at a terminal."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typer
import yaml

from segue.backend.protocol import Backend
from segue.cli.faults import Exit, Fault, Switches
from segue.deployments.project_file import Project
from segue.deployments.projects import Wanted
from segue.ignored_files import Ignored
from segue.wire.pools import POOL_LIST, WorkPoolQuery

#: Files that are looked through for flows, and folders that are not.
_MOST_FILES = 2000
_NOT_CODE = ["__pycache__/", ".*/", "node_modules/", "venv/", "site-packages/"]


def can_ask() -> bool:
    """Say whether there is a person to ask."""
    return Switches.prompts and typer.get_text_stream("stdin").isatty() and typer.get_text_stream("stdout").isatty()


class Asking:
    """Asks, one question after the other."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def choose(self, among: Sequence[Wanted]) -> Wanted:
        """Return the deployment that is meant."""
        return among[_pick("Which deployment?", [each.title for each in among])]

    def complete(self, facts: Mapping[str, Any], lacks: Mapping[str, bool]) -> dict[str, Any]:
        """Return a deployment with what it lacked."""
        found = dict(facts)
        if lacks["entrypoint"]:
            flows = flows_below(Path.cwd())
            if flows:
                found["entrypoint"] = flows[_pick("Which flow?", flows)]
            else:
                found["entrypoint"] = typer.prompt("Which flow (FILE.py:FUNCTION)?")
        if lacks["name"]:
            found["name"] = typer.prompt("Name of the deployment", default="default")
        if lacks["pool"]:
            pools = [each.name for each in self._backend.call(POOL_LIST, WorkPoolQuery(limit=100)).items]
            if not pools:
                raise Fault(
                    "There is no work pool yet.", Exit.NOT_FOUND, hint="`segue work-pool create NAME --type process` makes one."
                )  # fmt: skip
            found["work_pool"] = {**(found.get("work_pool") or {}), "name": pools[_pick("Which work pool?", pools)]}
        if lacks["name"] and found.get("schedules") is None:
            rule = typer.prompt("Schedule (a cron expression; empty for none)", default="", show_default=False)
            if rule.strip():
                found["schedules"] = [{"cron": rule.strip()}]
        return found

    def offer_to_save(self, project: Project | None, facts: Mapping[str, Any]) -> None:
        """Write the deployment into the folder's segue.yaml, if that is wanted."""
        file = Path("segue.yaml") if project is None else project.file
        if not typer.confirm(f"Save it in {file}, for `segue deploy --all`?", default=True):
            return
        save(file, project, facts)
        typer.echo(f"Saved in {file}.")


def _pick(question: str, among: Sequence[str]) -> int:
    if len(among) == 1:
        return 0
    for number, each in enumerate(among, start=1):
        typer.echo(f"  {number}  {each}")
    while True:
        answer: int = typer.prompt(question, type=int)
        if 1 <= answer <= len(among):
            return answer - 1
        typer.echo(f"There are 1 to {len(among)}.")


def flows_below(folder: Path) -> list[str]:
    """Return the flows of a folder's files as entrypoints; no file is run."""
    found: list[str] = []
    for name in [each for each in Ignored(_NOT_CODE).kept(folder) if each.endswith(".py")][:_MOST_FILES]:
        try:
            tree = ast.parse((folder / name).read_bytes())
        except (SyntaxError, ValueError, OSError):
            continue
        functions = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        found += [f"{name}:{each.name}" for each in functions if any(map(_is_flow, each.decorator_list))]
    return found


def _is_flow(decorator: ast.expr) -> bool:
    inner = decorator.func if isinstance(decorator, ast.Call) else decorator
    name = inner.id if isinstance(inner, ast.Name) else inner.attr if isinstance(inner, ast.Attribute) else None
    return name == "flow"


def save(file: Path, project: Project | None, facts: Mapping[str, Any]) -> None:
    """Add a deployment to a file, whose other lines stay as they are."""
    kept = _without_nothing(facts)
    item = yaml.safe_dump([kept], sort_keys=False, allow_unicode=True)
    there = [] if project is None or not project.values.get("deployments") else project.values["deployments"]
    if project is None:
        file.write_text(f"name: {Path.cwd().name}\n\ndeployments:\n{item}", "utf-8")
        return
    text = file.read_text("utf-8")
    if not there:
        if "deployments" in project.values:
            raise Fault(f"{file} has an empty `deployments`; write it there:", Exit.REFUSED, hint=item)
        file.write_text(f"{text.rstrip()}\n\ndeployments:\n{item}", "utf-8")
        return
    root = yaml.compose(text)
    node = next(value for key, value in (root.value if root is not None else ()) if key.value == "deployments")
    if node.flow_style:
        raise Fault(f"{file} has its deployments on one line; write it there:", Exit.REFUSED, hint=item)
    lines = text.splitlines()
    end = node.end_mark.line if node.end_mark.column == 0 else node.end_mark.line + 1
    while end and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    indent = " " * node.start_mark.column
    lines[end:end] = [indent + line for line in item.rstrip().splitlines()]
    file.write_text("\n".join(lines) + "\n", "utf-8")


def _without_nothing(value: Any) -> Any:
    if isinstance(value, dict):
        inner = {key: _without_nothing(each) for key, each in value.items()}
        return {key: each for key, each in inner.items() if each not in (None, {}, [])}
    return [_without_nothing(each) for each in value] if isinstance(value, list) else value
