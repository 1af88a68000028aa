"""Templates of messages and parameters: jinja's language, without what could reach beyond the values given or grow without end.

A template may print, choose, loop, set a name, and use the filters and methods listed here. Every operation by which a text could
become much larger than what it is made of is bounded; how long an evaluation takes is bounded by whoever calls (see
`service.rendering`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

import msgspec
from jinja2 import ChainableUndefined, StrictUndefined, TemplateError, TemplateSyntaxError, Undefined, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from segue.model.errors import SegueError

#: Characters of a template, of any text on the way, and of what comes out.
LENGTH, GROWTH, RESULT = 64 * 1024, 1024 * 1024, 512 * 1024
#: Bits of a whole number, and members of a list that is repeated.
_BITS, _MEMBERS = 4096, 100_000


class BadTemplate(SegueError, ValueError):
    """The template {where} cannot be used: {why}"""  # noqa: D400 - it ends with the reason

    code = "template.bad"
    status = 422


_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Getattr, nodes.Getitem,
    nodes.Slice, nodes.Filter, nodes.Test, nodes.If, nodes.For, nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And,
    nodes.Or, nodes.Not, nodes.Neg, nodes.Pos, nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod,
    nodes.Concat, nodes.List, nodes.Tuple, nodes.Dict, nodes.Pair, nodes.Keyword, nodes.Assign, nodes.Call,
)  # fmt: skip
_FILTERS = frozenset({
    "abs", "attr", "capitalize", "count", "d", "default", "dictsort", "e", "escape", "filesizeformat", "first", "float", "groupby",
    "int", "items", "last", "length", "list", "lower", "map", "max", "min", "reject", "rejectattr", "reverse", "round", "select",
    "selectattr", "sort", "string", "title", "tojson", "trim", "truncate", "unique", "upper", "urlencode", "wordcount",
})  # fmt: skip
_METHODS = frozenset({
    "capitalize", "count", "endswith", "find", "get", "isdigit", "isoformat", "items", "keys", "lower", "lstrip", "partition",
    "removeprefix", "removesuffix", "rpartition", "rsplit", "rstrip", "split", "splitlines", "startswith", "strftime", "strip",
    "title", "upper", "values",
})  # fmt: skip
_WHAT_FOR = "a template prints, chooses (if), loops (for) and sets names"


class _Generator(CodeGenerator):
    """Lets the environment join texts, which knows a bound."""

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802 - the library's name
        self.write("environment.joined((")
        for each in node.nodes:
            self.visit(each, frame)
            self.write(", ")
        self.write("))")


class _Environment(ImmutableSandboxedEnvironment):
    """The language."""

    code_generator_class = _Generator
    intercepted_binops = frozenset({"+", "*", "%"})

    def __init__(self, undefined: type[Undefined]) -> None:
        super().__init__(undefined=undefined, autoescape=False, cache_size=0, keep_trailing_newline=True)
        self.filters = {name: self.filters[name] for name in _FILTERS}
        self.filters.update(join=_join, replace=_replace, tail=_tail, ui_url=_ui_url, tojson=_to_json)
        self.globals = {"range": self.globals["range"]}

    def joined(self, parts: Iterable[object]) -> object:
        """Join texts, up to a bound."""
        return _bounded("".join(_bounded(str(part)) for part in parts))

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Do what may make something large only while it stays small."""
        _refuse_growth(operator, left, right)
        return super().call_binop(context, operator, left, right)

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805 - as the library calls it
        """Call one of the few methods there are."""
        if __obj is not __self.globals["range"]:
            name = getattr(__obj, "__name__", None)
            if isinstance(__obj, Undefined):
                return __obj()
            if name not in _METHODS or getattr(__obj, "__self__", None) is None:
                raise SecurityError(f"{name or type(__obj).__name__} cannot be called in a template")
        return super().call(__context, __obj, *args, **kwargs)


def _refuse_growth(operator: str, left: Any, right: Any) -> None:
    if operator == "%" and isinstance(left, str | bytes):
        raise SecurityError("texts are not formatted by %; join them by ~")
    if operator == "+":
        _bounded(left)
        _bounded(right)
    if operator == "*":
        for one, other in ((left, right), (right, left)):
            if isinstance(one, str | list | tuple) and isinstance(other, int) and len(one) * other > _MEMBERS:
                raise SecurityError("what it makes is too large")
        if isinstance(left, int) and isinstance(right, int) and left.bit_length() + right.bit_length() > _BITS:
            raise SecurityError("the number it makes is too large")


def _bounded(value: Any) -> Any:
    if isinstance(value, str | list | tuple) and len(value) > (GROWTH if isinstance(value, str) else _MEMBERS):
        raise SecurityError("what it makes is too large")
    return value


# --- filters --------------------------------------------------------------------------------------------------------


def _join(values: Iterable[object], d: str = "", attribute: str | None = None) -> str:
    texts: list[str] = []
    size = 0
    for value in values:
        shown = value.get(attribute, "") if attribute is not None and isinstance(value, Mapping) else value
        texts.append(str(shown))
        size += len(texts[-1]) + len(d)
        if size > GROWTH:
            raise SecurityError("what it makes is too large")
    return d.join(texts)


def _replace(text: object, old: str, new: str, count: int = -1) -> str:
    whole = str(text)
    times = whole.count(old) if count < 0 else min(count, whole.count(old))
    if len(whole) + times * max(0, len(new) - len(old)) > GROWTH:
        raise SecurityError("what it makes is too large")
    return whole.replace(old, new, count)


def _tail(text: object, lines: int = 10) -> str:
    """The last lines of a text."""
    return "\n".join(str(text).splitlines()[-max(0, lines) :]) if lines > 0 else ""


def _ui_url(thing: object) -> str:
    """Where the pages show a thing, or nothing."""
    return str(thing.get("ui_url") or "") if isinstance(thing, Mapping) else ""


def _to_json(value: object, indent: int | None = None) -> str:
    text = msgspec.json.encode(value, enc_hook=_plain)
    return (text if indent is None else msgspec.json.format(text, indent=min(max(indent, 0), 8))).decode()


def _plain(value: object) -> object:
    if isinstance(value, Undefined):
        return None
    raise TypeError(f"{type(value).__name__} is no JSON")


# --- use ------------------------------------------------------------------------------------------------------------

_UNKNOWN_IS_EMPTY = _Environment(ChainableUndefined)
_UNKNOWN_IS_WRONG = _Environment(StrictUndefined)
_SIGN = re.compile(r"\{[{%#]")
_ONE = re.compile(r"\s*\{\{-?(.*?)-?\}\}\s*", re.DOTALL)


def is_template(text: str) -> bool:
    """Say whether anything in a text is to be evaluated."""
    return _SIGN.search(text) is not None


def template_fault(text: str) -> str | None:
    """Return why a text is no template that can be evaluated; None when it can."""
    if len(text) > LENGTH:
        return f"it has {len(text):,} characters, and {LENGTH:,} is the most."
    try:
        tree = _UNKNOWN_IS_EMPTY.parse(text)
        for node in tree.find_all(nodes.Node):
            _refuse(node)
    except TemplateSyntaxError as problem:
        return f"line {problem.lineno}: {problem.message}"
    except SecurityError as problem:
        return str(problem)
    try:
        _UNKNOWN_IS_EMPTY.from_string(text)
    except TemplateError as problem:
        return problem.message or str(problem)
    return None


def _refuse(node: nodes.Node) -> None:
    if not isinstance(node, _ALLOWED):
        word = type(node).__name__.lower()
        raise SecurityError(f"line {node.lineno}: there is no {word!r} here: {_WHAT_FOR}.")
    if isinstance(node, nodes.Filter) and node.name not in _UNKNOWN_IS_EMPTY.filters:
        known = ", ".join(sorted(_UNKNOWN_IS_EMPTY.filters))
        raise SecurityError(f"line {node.lineno}: there is no filter {node.name!r}; these are there: {known}.")


def text_of(template: str, known: Mapping[str, object], *, strict: bool = False) -> str:
    """Return what a template says of values; what is not there says nothing, or with `strict` raises `BadTemplate`."""
    if not is_template(template):
        return template
    environment = _environment(template, strict=strict)
    text: str = _evaluated(template, lambda: "".join(_limited(environment.from_string(template).generate(known))))
    return text


def value_of(template: str, known: Mapping[str, object]) -> object:
    """Return what a template says, as the value it names where it is one expression alone; raises `BadTemplate`."""
    found = _ONE.fullmatch(template)
    inner = None if found is None else found[1]
    if inner is None or "{{" in inner or "}}" in inner:
        return text_of(template, known, strict=True)
    environment = _environment(template, strict=True)
    value = _evaluated(
        template, lambda: environment.compile_expression(inner.strip(), undefined_to_none=False)(**known)
    )
    if isinstance(value, Undefined):
        return _evaluated(template, lambda: str(value))
    return value


def _environment(template: str, *, strict: bool) -> _Environment:
    why = _fault_of(template)
    if why is not None:
        raise BadTemplate(where=_shown(template), why=why)
    return _UNKNOWN_IS_WRONG if strict else _UNKNOWN_IS_EMPTY


@lru_cache(maxsize=512)
def _fault_of(template: str) -> str | None:
    return template_fault(template)


def _evaluated(template: str, evaluate: Callable[[], Any]) -> Any:
    try:
        return evaluate()
    except TemplateError as problem:
        raise BadTemplate(where=_shown(template), why=problem.message or str(problem)) from problem
    except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError) as problem:
        raise BadTemplate(where=_shown(template), why=f"{type(problem).__name__}: {problem}") from problem


def _limited(parts: Iterable[str]) -> Iterable[str]:
    size = 0
    for part in parts:
        size += len(part)
        if size > RESULT:
            raise SecurityError(f"it says more than {RESULT:,} characters")
        yield part


def _shown(template: str) -> str:
    line = " ".join(template.split())
    return repr(line if len(line) <= 60 else f"{line[:57]}…")
