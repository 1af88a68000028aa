"""A flow that stands for one whose code cannot be run here: it has its name, options and parameters, and can be deployed.

The libraries of a flow need not be installed where it is deployed from. What of its file can be executed here is, and the rest of
what a deployment says of it is read from its source.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from segue.exceptions import MissingFlowError, ScriptError, UnspecifiedFlowError
from segue.scripts import load_apart

F = TypeVar("F")
Function = ast.FunctionDef | ast.AsyncFunctionDef
#: Options of the decorator that a deployment asks for.
_OPTIONS = frozenset({"name", "version", "description"})
_SOME = ast.Name("__segue_some_default__", ast.Load())


def placeholder(make: Callable[..., F], path: Path, root: Path, function: str | None, problem: ScriptError) -> F:
    """Return what `make` makes of a function whose parameters are those of a flow in a file, and whose call raises `problem`.

    Raises MissingFlowError, UnspecifiedFlowError.
    """
    tree = ast.parse(path.read_bytes(), str(path))
    found = {node.name: node for node in tree.body if isinstance(node, Function) and _decorator(node) is not None}
    node = _chosen(found, function, path)
    options = _options(node)
    return make(_standing_for(node, load_apart(path, root, tolerant=True), path, problem), **options)


def _decorator(node: Function) -> ast.expr | None:
    """Return what makes a function a flow: `@flow`, `@segue.flow`, called or not."""
    for each in node.decorator_list:
        inner = each.func if isinstance(each, ast.Call) else each
        if (isinstance(inner, ast.Name) and inner.id == "flow") or (
            isinstance(inner, ast.Attribute) and inner.attr == "flow"
        ):
            return each
    return None


def _chosen(found: dict[str, Function], function: str | None, path: Path) -> Function:
    if function is None and len(found) == 1:
        return next(iter(found.values()))
    names = ", ".join(sorted(found)) or "none"
    if function is None and found:
        raise UnspecifiedFlowError(f"There are several flows in {path}; name one of them: {names}.")
    by_name = [node for node in found.values() if _options(node).get("name") == function]
    node = found.get(function or "") or next(iter(by_name), None)
    if node is None:
        raise MissingFlowError(f"There is no flow {function!r} in {path}: it has {names}.")
    return node


def _options(node: Function) -> dict[str, Any]:
    """Return the options that stand as plain values in the decorator."""
    decorator = _decorator(node)
    options = {}
    for each in decorator.keywords if isinstance(decorator, ast.Call) else ():
        if each.arg in _OPTIONS and isinstance(each.value, ast.Constant):
            options[each.arg] = each.value.value
    return options


def _standing_for(node: Function, module: ModuleType, path: Path, problem: ScriptError) -> Callable[..., Any]:
    """Return a function of the same parameters that raises `problem`."""

    def raises() -> Any:
        raise problem

    names = {**vars(module), "__segue_raises__": raises}
    arguments = node.args
    for each in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]:
        if each is not None:
            each.annotation = _known(each.annotation, names, path)
    names["__segue_some_default__"] = _some_default()
    arguments.defaults = [_known(each, names, path) or _SOME for each in arguments.defaults]
    arguments.kw_defaults = [
        None if each is None else _known(each, names, path) or _SOME for each in arguments.kw_defaults
    ]
    documentation = ast.get_docstring(node)
    says = [ast.Expr(ast.Constant(documentation))] if documentation is not None else []
    call = ast.Call(ast.Name("__segue_raises__", ast.Load()), [], [])
    node.decorator_list, node.returns, node.body = [], None, [*says, ast.Expr(call)]
    code = compile(ast.fix_missing_locations(ast.Module([node], [])), str(path), "exec", dont_inherit=True)
    exec(code, names)  # noqa: S102 - the signature of the user's own function
    found: Callable[..., Any] = names[node.name]
    return found


def _some_default() -> object:
    """Return what says that a parameter has a default that is not known here."""
    from pydantic import Field  # noqa: PLC0415 - pydantic's door

    return Field(default_factory=object)


def _known(expression: ast.expr | None, names: dict[str, Any], path: Path) -> ast.expr | None:
    """Return an annotation or a default by its value here; None where it has none, for want of a library."""
    if expression is None:
        return None
    try:
        value = eval(compile(ast.Expression(expression), str(path), "eval", dont_inherit=True), names)  # noqa: S307 - the same
    except Exception:  # noqa: BLE001 - the user's own file may fail as it likes
        return None
    name = f"__segue_value_{len(names)}__"
    names[name] = value
    return ast.Name(name, ast.Load())
