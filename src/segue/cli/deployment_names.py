"""Deployments by the names that people type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from segue.backend.pages import every_item
from segue.backend.protocol import Backend
from segue.cli.faults import Exit, Fault
from segue.engine.session import reading
from segue.model.deployments import Deployment
from segue.wire import deployments as w


def complete(incomplete: str) -> list[str]:
    """Return deployments for the shell."""
    flow, slash, name = incomplete.rpartition("/")
    query = w.DeploymentQuery(name_like=name or None, flow_names=[flow] if slash else None, limit=100)
    return [f"{each.flow_name}/{each.name}" for each in reading().call(w.DEPLOYMENT_LIST, query).items]


Name = Annotated[
    str, typer.Argument(help="FLOW/NAME, a name alone, or an id.", metavar="NAME", autocompletion=complete)
]


def every_deployment(backend: Backend, query: w.DeploymentQuery) -> Iterator[Deployment]:
    """Yield all deployments that fit, page by page."""
    return every_item(lambda asked: backend.call(w.DEPLOYMENT_LIST, asked), query)


def find(backend: Backend, given: str) -> Deployment:
    """Return the deployment that `FLOW/NAME`, a name or an id means; raises `Fault`."""
    found = backend.call(w.DEPLOYMENT_LIST, w.DeploymentQuery(ref=given, limit=10)).items
    if not found:
        raise Fault(f"There is no deployment {given!r}.", Exit.NOT_FOUND, hint="`segue deployment ls` lists them.")
    exact = [each for each in found if given in (each.id, f"{each.flow_name}/{each.name}")] or found
    if len(exact) > 1:
        names = "\n".join(f"  {each.flow_name}/{each.name}" for each in exact)
        raise Fault(f"Several deployments are called {given!r}; say of which flow:", Exit.USAGE, hint=names)
    return exact[0]
