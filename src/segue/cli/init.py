"""`segue init`."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from segue import __version__
from segue.cli.deploy_asking import can_ask, flows_below
from segue.cli.faults import Exit, Fault
from segue.cli.group import single
from segue.deployments.recipes import IGNORED, RECIPES, NoRecipe, segue_yaml
from segue.host import config

_FILE, _IGNORE = Path("segue.yaml"), Path(".segueignore")


def init(
    name: Annotated[str | None, typer.Option("--name", metavar="NAME", help="By default that of this folder.")] = None,
    recipe: Annotated[
        str | None,
        typer.Option(
            "--recipe", "-r", metavar="RECIPE", help=f"How code comes to where it runs: {', '.join(RECIPES)}."
        ),
    ] = None,
    field: Annotated[
        list[str] | None,
        typer.Option("--field", "-f", metavar="KEY=VALUE", help="What a recipe needs, such as repository; repeat."),
    ] = None,
) -> None:
    """Write a segue.yaml, from which `segue deploy` deploys, and a .segueignore. Files that are there stay as they are.

    For example:

        segue init --recipe git --field repository=https://github.com/me/flows.git
    """
    if _FILE.exists():
        raise Fault(f"There is a {_FILE} already; it stays as it is.", Exit.REFUSED)
    fields = _fields(field)
    origin = _origin()
    chosen = recipe or _chosen(origin)
    if chosen in {"git", "docker-git"} and origin is not None:
        fields = {**origin, **fields}
    if chosen in RECIPES and can_ask():
        for each, words in RECIPES[chosen].needs.items():
            if not fields.get(each):
                fields[each] = typer.prompt(f"{each} ({words})")
    flows = flows_below(Path.cwd())
    facts = {
        "name": name or Path.cwd().name, "version": __version__, "directory": str(Path.cwd()), "deployment": "default",
        "entrypoint": flows[0] if flows else "FILE.py:FLOW",
        "work_pool": config.current().deployments.default_work_pool_name or "default",
    }  # fmt: skip
    try:
        _FILE.write_text(segue_yaml(chosen, facts, fields), "utf-8")
    except NoRecipe as problem:
        raise Fault(str(problem), Exit.USAGE) from None
    typer.echo(f"Wrote {_FILE} ({RECIPES[chosen].words}).")
    if not _IGNORE.exists():
        _IGNORE.write_text(IGNORED, "utf-8")
        typer.echo(f"Wrote {_IGNORE}.")
    typer.echo("Look it through, then:  segue deploy --all")


def _chosen(origin: dict[str, str] | None) -> str:
    """Return the recipe to use where none is named: asked for, else what the folder is."""
    fitting = "local" if origin is None else "git"
    if not can_ask():
        return fitting
    for each, found in RECIPES.items():
        typer.echo(f"  {each:<12}{found.words}")
    return str(typer.prompt("How does code come to where it runs?", default=fitting))


def _fields(given: list[str] | None) -> dict[str, str]:
    found = {}
    for pair in given or ():
        key, equals, value = pair.partition("=")
        if not equals or not key.strip():
            raise Fault(f"--field {pair!r} is not KEY=VALUE.", Exit.USAGE)
        found[key.strip()] = value
    return found


def _origin() -> dict[str, str] | None:
    """Return where this folder's repository comes from, and its branch; None where it is none, or is nowhere else.

    Who fetched it, and by which token, is not for a file that others read.
    """
    url = _git("remote", "get-url", "origin")
    parts = urlsplit(url)
    if parts.scheme in {"http", "https"}:
        url = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    return None if not url else {"repository": url, "branch": _git("branch", "--show-current") or "main"}


def _git(*words: str) -> str:
    git = shutil.which("git")
    if git is None:
        return ""
    return subprocess.run([git, *words], check=False, capture_output=True, text=True).stdout.strip()


app = single(init)
