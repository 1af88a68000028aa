"""The table of operations by method and path: exact names, no pattern that could be read in two ways."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

from segue.model.errors import NotFound, SegueError
from segue.wire.codec import names_in
from segue.wire.operation import Operation

AnyOperation = Operation[Any, Any]


class NoMethod(SegueError):
    """{path} takes {allowed}, not {method}."""

    code = "no-method"
    status = 405


class NoRoute(NotFound):
    """There is nothing at {path}."""

    code = "no-route"


class Route(Struct, frozen=True, eq=False):
    """An operation at a method and a path."""

    operation: AnyOperation
    method: str
    path: str


class Found(Struct, frozen=True, eq=False):
    """What is at a path: the route of the method that was asked for, if any, and what its names stand for."""

    route: Route | None
    values: dict[str, str]
    #: The routes of every method there.
    others: dict[str, Route]


class Node:
    """What may follow the segments of a path so far."""

    __slots__ = ("any", "named", "routes")

    def __init__(self) -> None:
        self.named: dict[str, Node] = {}
        self.any: Node | None = None
        self.routes: dict[str, Route] = {}


class Routes:
    """Finds the operation of a method and a path; a path is compared byte by byte, undecoded."""

    def __init__(self, operations: Iterable[AnyOperation]) -> None:
        self._root = Node()
        #: What is at a path that is spelt out, by method and path: it goes before all others, so nothing needs to be sought.
        self._spelt: dict[tuple[str, str], Found] = {}
        for operation in operations:
            for method, path in operation.ways:
                self._add(Route(operation, method, path))

    def find(self, path: str, method: str) -> Found | None:
        """Return what is at a path, its values undecoded; None where nothing is.

        A name that is spelt out goes before one that stands for anything, as far as it takes the method: a variable may be
        called `list`.
        """
        spelt = self._spelt.get((method, path))
        if spelt is not None:
            return spelt
        if not path.startswith("/"):
            return None
        others: dict[str, Route] = {}
        for node, values in self._walk(self._root, path[1:].split("/"), 0):
            route = node.routes.get(method)
            if route is not None:
                return Found(route, dict(zip(names_in(route.path), values, strict=True)), node.routes)
            others = {**node.routes, **others}
        return Found(None, {}, others) if others else None

    def _walk(self, node: Node, parts: list[str], at: int) -> Iterator[tuple[Node, list[str]]]:
        if at == len(parts):
            if node.routes:
                yield node, []
            return
        part = parts[at]
        named = node.named.get(part)
        if named is not None:
            yield from self._walk(named, parts, at + 1)
        if node.any is not None and part:
            for found, values in self._walk(node.any, parts, at + 1):
                yield found, [part, *values]

    def _add(self, route: Route) -> None:
        node = self._root
        for part in route.path[1:].split("/"):
            if part.startswith("{"):
                node.any = node.any or Node()
                node = node.any
            else:
                node = node.named.setdefault(part, Node())
        if route.method in node.routes:
            message = f"Two operations are at {route.method} {route.path}."
            raise ValueError(message)
        node.routes[route.method] = route
        if not names_in(route.path):
            self._spelt[route.method, route.path] = Found(route, {}, node.routes)
