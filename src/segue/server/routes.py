"""The table of operations by method and path: exact names, no pattern that could be read in two ways."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from segue.wire.operation import Operation

AnyOperation = Operation[Any, Any]


class Node:
    """What may follow the segments of a path so far."""

    __slots__ = ("any", "named", "operations")

    def __init__(self) -> None:
        self.named: dict[str, Node] = {}
        self.any: Node | None = None
        self.operations: dict[str, AnyOperation] = {}


class Routes:
    """Finds the operation of a method and a path; a path is compared byte by byte, undecoded."""

    def __init__(self, operations: Iterable[AnyOperation]) -> None:
        self._root = Node()
        for operation in operations:
            self._add(operation)

    def find(self, path: str) -> tuple[dict[str, AnyOperation], list[str]] | None:
        """Return the operations at a path by method, and the values of the path's names in order; None where nothing is."""
        if not path.startswith("/"):
            return None
        values: list[str] = []
        node = self._walk(self._root, path[1:].split("/"), 0, values)
        return (node.operations, values) if node is not None else None

    def _walk(self, node: Node, parts: list[str], at: int, values: list[str]) -> Node | None:
        if at == len(parts):
            return node if node.operations else None
        part = parts[at]
        named = node.named.get(part)
        if named is not None:
            found = self._walk(named, parts, at + 1, values)
            if found is not None:
                return found
        if node.any is None or not part:
            return None
        values.append(part)
        found = self._walk(node.any, parts, at + 1, values)
        if found is None:
            values.pop()
        return found

    def _add(self, operation: AnyOperation) -> None:
        node = self._root
        for part in operation.path[1:].split("/"):
            if part.startswith("{"):
                node.any = node.any or Node()
                node = node.any
            else:
                node = node.named.setdefault(part, Node())
        if operation.method in node.operations:
            message = f"Two operations are at {operation.method} {operation.path}."
            raise ValueError(message)
        node.operations[operation.method] = operation
