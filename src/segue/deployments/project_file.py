"""`segue.yaml` as it is written: what it says, and on which line each word of it stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from segue.model.errors import SegueError

#: The way to a word of the file: names of keys, and numbers of places in lists.
Way: TypeAlias = tuple[str | int, ...]

#: Words that a file has at most, once its aliases are written out: a small one can stand for a very large one.
_MOST = 50_000
_MERGE = "tag:yaml.org,2002:merge"
_PLAIN = frozenset({"tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"})
_NULL = "tag:yaml.org,2002:null"


class BadProject(SegueError, ValueError):
    """A `segue.yaml` cannot be used as it is written."""

    code = "project.bad"
    status = 422


@dataclass(frozen=True)
class Project:
    """What a file says, and where; without lines, what a command line says."""

    file: Path
    values: dict[str, Any]
    lines: dict[Way, int] = field(repr=False)

    def bad(self, wrong: Sequence[tuple[Way, str]]) -> BadProject:
        """Return an error that says what is wrong, a line each, with the place in the file."""
        return BadProject("\n".join(self.said(way, why) for way, why in wrong))

    def said(self, way: Way, why: str) -> str:
        """Return a sentence about a word of the file with the place of the word."""
        if not self.lines:
            return f"{written(way)}{': ' if way else ''}{why}"
        line = next((self.lines[way[:end]] for end in range(len(way), -1, -1) if way[:end] in self.lines), 1)
        where = written(way)
        return f"{self.file}:{line}: {where}{': ' if where else ''}{why}"


def written(way: Way) -> str:
    """Return the way to a word as people write it: `deployments[0].work_pool.name`."""
    text = ""
    for part in way:
        text += f"[{part}]" if isinstance(part, int) else f"{'.' if text else ''}{part}"
    return text


def read(file: Path) -> Project:
    """Read a file; raises `BadProject` with the line for what is no YAML or no mapping, OSError where there is none."""
    try:
        loader = yaml.SafeLoader(file.read_text("utf-8"))
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        line = 1 if mark is None else mark.line + 1
        raise BadProject(f"{file}:{line}: this is no YAML: {problem.problem or problem.context}.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as problem:
        raise BadProject(f"{file}:1: this is no YAML: {problem}.") from None
    reader = _Reader(loader)
    values = {} if node is None else reader.value(node, ())
    project = Project(file, values if isinstance(values, dict) else {}, reader.lines)
    if reader.wrong:
        raise project.bad(reader.wrong)
    if not isinstance(values, dict):
        raise project.bad([((), f"a project is keys with their values, not {values!r:.60}.")])
    return project


class _Reader:
    """Makes values of YAML's nodes, and notes where each stands."""

    def __init__(self, loader: yaml.SafeLoader) -> None:
        self._loader = loader
        self._open: list[yaml.Node] = []
        self._count = 0
        self.lines: dict[Way, int] = {}
        self.wrong: list[tuple[Way, str]] = []

    def value(self, node: yaml.Node, way: Way) -> Any:
        self.lines.setdefault(way, node.start_mark.line + 1)
        self._count += 1
        if any(node is each for each in self._open) or self._count > _MOST:
            self.wrong.append((way, "an alias that holds itself, or very many others, cannot be used."))
            return None
        if not isinstance(node, yaml.ScalarNode) and node.tag not in _PLAIN:
            tag = node.tag.replace("tag:yaml.org,2002:", "!!")
            self.wrong.append((way, f"a tag such as {tag!r} cannot be used."))
        self._open.append(node)
        try:
            match node:
                case yaml.MappingNode():
                    return self._mapping(node, way)
                case yaml.SequenceNode():
                    return [self.value(each, (*way, n)) for n, each in enumerate(node.value)]
                case _:
                    return self._scalar(node, way)
        finally:
            self._open.pop()

    def _scalar(self, node: yaml.Node, way: Way) -> Any:
        try:
            return self._loader.construct_object(node)
        except (yaml.YAMLError, ValueError) as problem:
            said = problem.problem if isinstance(problem, yaml.MarkedYAMLError) else str(problem)
            self.wrong.append((way, f"{said}."))
            return None

    def _mapping(self, node: yaml.MappingNode, way: Way) -> dict[str, Any]:
        found: dict[str, Any] = {}
        own: set[str] = set()
        for key, inner, is_own in self._pairs(node, way):
            if isinstance(key, yaml.MappingNode):
                self.wrong.append((way, 'a template stands in quotation marks: "{{ … }}".'))
                continue
            name = key.value if isinstance(key, yaml.ScalarNode) and key.tag != _NULL else None
            if not isinstance(name, str):
                self.wrong.append((way, "a key must be a text."))
                continue
            if is_own and name in own:
                self.wrong.append(
                    ((*way, name), f"{name!r} is there twice: here and on line {self.lines[*way, name]}.")
                )
                self.lines[*way, name] = key.start_mark.line + 1
                continue
            own |= {name} if is_own else set()
            if (*way, name) in self.lines:
                # What was merged in is replaced, with all that stood below it.
                for each in [each for each in self.lines if each[: len(way) + 1] == (*way, name)]:
                    del self.lines[each]
            self.lines[*way, name] = key.start_mark.line + 1
            found[name] = self.value(inner, (*way, name))
        return found

    def _pairs(self, node: yaml.MappingNode, way: Way) -> Iterator[tuple[yaml.Node, yaml.Node, bool]]:
        """Yield keys with their values: those that are merged in (`<<`) first, for the mapping's own to win."""
        for key, inner in node.value:
            if key.tag != _MERGE:
                continue
            for each in reversed(inner.value) if isinstance(inner, yaml.SequenceNode) else [inner]:
                if not isinstance(each, yaml.MappingNode) or any(each is outer for outer in self._open):
                    self.wrong.append((way, "what `<<` merges must be a mapping, or a list of mappings."))
                    continue
                self._open.append(each)
                yield from ((name, value, False) for name, value, _ in self._pairs(each, way))
                self._open.pop()
        yield from ((key, inner, True) for key, inner in node.value if key.tag != _MERGE)
