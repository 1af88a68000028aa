"""`task_calls="concurrent"`: the body of a flow is rewritten so that a task call returns at once and is awaited where it is used.

Each expression is either handed on (assigned, put into a container, given to a call) and may then still be deferred, or used, and
is then waited for. Which of the two is a matter of where it stands, so it is decided here, once, over the syntax tree; what a call
calls, and what a container holds, is decided by `segue.deferred` when the program runs. Lines and columns stay those of the
source, so that tracebacks and debuggers show the user's own.
"""

from __future__ import annotations
import __future__

import ast
import inspect
import operator
import warnings
from collections.abc import Callable, Iterator
from types import CellType, CodeType, FunctionType
from typing import Any

from segue.deferred import Calls

#: The names that the rewritten body uses; nobody else's, for they are not legal style anywhere.
CALLS, BEGIN, OPERATORS = "__segue_calls__", "__segue_begin__", "__segue_operators__"
#: What looks at the frame that calls it; `super` is all right, for it is called there.
_SEES_FRAMES = frozenset({"locals", "vars", "dir", "eval", "exec"})
#: Expressions that are values already: what they are made of has been waited for.
_VALUES = (
    ast.Constant, ast.BinOp, ast.UnaryOp, ast.Compare, ast.JoinedStr, ast.Lambda, ast.Attribute, ast.BoolOp, ast.GeneratorExp,
    ast.FormattedValue,
)  # fmt: skip
_NESTED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


class CannotDefer(TypeError):
    """The task calls of a flow cannot be deferred; says why and in which line."""


def deferring(fn: Callable[..., Any], name: str) -> Callable[..., Any]:
    """Return the function with its task calls deferred; raises `CannotDefer` where that cannot be done."""
    tree, shift = _parsed(fn, name)
    function = _function_in(tree)
    found = Refusals(name, function, shift)
    found.check()
    found.warn(fn)
    mangled = _class_of(fn)
    body = Rewriting(_names_within(function) | _declared(function), mangled).body(function.body)
    begin = ast.Assign([ast.Name(CALLS, ast.Store())], ast.Call(ast.Name(BEGIN, ast.Load()), [], []))
    docstring = body[:1] if ast.get_docstring(function, clean=False) is not None else []
    function.body = [*docstring, begin, *body[len(docstring) :], _expression(_ask("finish"))]
    function.decorator_list, function.returns = [], None
    # The values of defaults are those of the function that is there.
    function.args.defaults, function.args.kw_defaults = [], [None] * len(function.args.kwonlyargs)
    for each in ast.walk(function.args):
        if isinstance(each, ast.arg):
            each.annotation = None
    return _made(fn, _code(fn, function, mangled, shift))


def _parsed(fn: Callable[..., Any], name: str) -> tuple[ast.Module, int]:
    try:
        lines, first = inspect.getsourcelines(fn)
    except (OSError, TypeError) as problem:
        raise CannotDefer(
            f"The task calls of flow {name!r} cannot be deferred: its source cannot be read ({problem})."
        ) from None
    source = "".join(lines)
    try:
        # A function within another block keeps its indentation, and with it its columns.
        indented = source[:1] in " \t"
        return ast.parse(f"if 1:\n{source}" if indented else source), first - (2 if indented else 1)
    except SyntaxError:
        raise CannotDefer(
            f"The task calls of flow {name!r} cannot be deferred: it is no function of its own lines, as made by `def`."
        ) from None


def _function_in(tree: ast.Module) -> ast.FunctionDef:
    for each in ast.walk(tree):
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            return each  # type: ignore[return-value] # what is no plain function is refused next
    raise CannotDefer("There is no function.")


class Refusals:
    """What cannot be deferred, by line."""

    def __init__(self, name: str, function: ast.FunctionDef, shift: int) -> None:
        self._name = name
        self._function = function
        #: From lines of what was read to those of the file.
        self._shift = shift

    def check(self) -> None:
        """Refuse what would not mean the same; raises `CannotDefer`."""
        function: ast.AST = self._function
        if isinstance(function, ast.Lambda):
            raise self._refusal(function, "it is a lambda; write it with `def`")
        if isinstance(function, ast.AsyncFunctionDef):
            raise self._refusal(function, "it is async; asyncio.gather runs the calls of async tasks concurrently")
        for each in _own(self._function):
            if isinstance(each, ast.Yield | ast.YieldFrom):
                raise self._refusal(each, "it yields, and whoever takes the items may be anybody")
            if isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and each.func.id in _SEES_FRAMES:
                raise self._refusal(each, f"{each.func.id}() would see values that are not there yet")

    def warn(self, fn: Callable[..., Any]) -> None:
        """Say which calls of tasks, as far as they are known by now, will be waited for where they are made."""
        known = _tasks_known_to(fn)
        for each in ast.walk(self._function):
            if not isinstance(each, ast.GeneratorExp | ast.Lambda | ast.FunctionDef) or each is self._function:
                continue
            what = {ast.Lambda: "a lambda", ast.FunctionDef: "an inner function"}.get(
                type(each), "a generator expression"
            )
            for call in ast.walk(each):
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in known:
                    warnings.warn(
                        f"Line {call.lineno + self._shift} of flow {self._name!r}: the call of task {call.func.id!r} in {what}"
                        " is not deferred; one in a loop or a list is.",
                        stacklevel=6,
                    )

    def _refusal(self, node: Any, why: str) -> CannotDefer:
        line = node.lineno + self._shift
        return CannotDefer(f"The task calls of flow {self._name!r} cannot be deferred: {why} (line {line}).")


def _tasks_known_to(fn: Callable[..., Any]) -> set[str]:
    from segue.tasks import Task  # noqa: PLC0415 - `segue.tasks` is there whenever a flow is

    found = {name for name, value in fn.__globals__.items() if isinstance(value, Task)}
    for name, cell in zip(fn.__code__.co_freevars, fn.__closure__ or (), strict=True):
        try:
            value = cell.cell_contents
        except ValueError:
            # Not assigned yet.
            continue
        if isinstance(value, Task):
            found.add(name)
    return found


def _own(node: ast.AST) -> Iterator[ast.AST]:
    """Walk through what belongs to the function itself, not to one within it."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, _NESTED):
            yield from _own(child)


def _names_within(function: ast.FunctionDef) -> set[str]:
    """The names that functions and classes within may read: no deferred value may be found there."""
    return {
        name.id
        for nested in _own(function)
        if isinstance(nested, _NESTED)
        for name in ast.walk(nested)
        if isinstance(name, ast.Name)
    }


def _declared(function: ast.FunctionDef) -> set[str]:
    return {name for each in _own(function) if isinstance(each, ast.Global | ast.Nonlocal) for name in each.names}


def _class_of(fn: Callable[..., Any]) -> str | None:
    """The class whose body the function stands in, by which names such as `__private` are mangled."""
    *_, before, _own_name = ["", *fn.__qualname__.split(".")]
    return before if before and before != "<locals>" else None


# -------------------------------------------------------------------- rewriting


def _ask(method: str, *args: ast.expr, keywords: list[ast.keyword] | None = None) -> ast.Call:
    function = ast.Attribute(ast.Name(CALLS, ast.Load()), method, ast.Load())
    return ast.Call(function, list(args), keywords or [])


def _expression(call: ast.expr) -> ast.Expr:
    return ast.Expr(call)


def _at(node: ast.AST, new: Any) -> Any:
    """Give what was made the place of what it stands for."""
    return ast.fix_missing_locations(ast.copy_location(new, node))


class Rewriting:
    """Rewrites statements and expressions; `exposed`: names whose values others see."""

    def __init__(self, exposed: set[str], mangled: str | None) -> None:
        self._exposed = exposed
        self._mangled = mangled
        self._marks: list[str] = []
        self._many = 0

    def body(self, statements: list[ast.stmt]) -> list[ast.stmt]:
        """Rewrite a block."""
        return [new for each in statements for new in self._statement(each)]

    # ---------------------------------------------------------------- statements

    def _statement(self, node: ast.stmt) -> list[ast.stmt]:  # noqa: PLR0912 - one case for each kind of statement
        match node:
            case ast.Expr(value):
                node.value = self.keep(value)
            case ast.Return(value):
                kept = [] if value is None else [self.keep(value)]
                node.value = _at(node, _ask("finish", *kept))
            case ast.Assign(targets, value):
                return self._assign(node, targets, value)
            case ast.AnnAssign(target, _, value):
                if value is not None:
                    return self._assign(node, [target], value)
            case ast.AugAssign():
                return self._augmented(node)
            case ast.If() | ast.While():
                node.test = self.use(node.test)
                node.body, node.orelse = self.body(node.body), self.body(node.orelse)
            case ast.For():
                self._loop(node)
            case ast.With():
                for item in node.items:
                    item.context_expr = self.use(item.context_expr)
                    if item.optional_vars is not None:
                        item.optional_vars = self._target(item.optional_vars)
                before, node.body = self._settled(node, node.body)
                return [before, node]
            case ast.Try() | ast.TryStar():
                before, node.body = self._settled(node, node.body)
                for handler in node.handlers:
                    handler.type = None if handler.type is None else self.use(handler.type)
                    handler.body = self.body(handler.body)
                node.orelse, node.finalbody = self.body(node.orelse), self.body(node.finalbody)
                return [before, node]
            case ast.Match():
                node.subject = self.use(node.subject)
                for case in node.cases:
                    case.guard = None if case.guard is None else self.use(case.guard)
                    case.body = self.body(case.body)
            case ast.Break() | ast.Continue():
                return [*self._settle(node), node]
            case ast.Delete(targets):
                node.targets = [self._target(each) for each in targets]
            case ast.Raise() | ast.Assert():
                self._all_used(node)
        return [node]

    def _assign(self, node: ast.stmt, targets: list[ast.expr], value: ast.expr) -> list[ast.stmt]:
        match targets:
            case [ast.Name(name)] if name not in self._exposed:
                node.value = self.keep(value)  # type: ignore[attr-defined]
                return [node]
            case [ast.Subscript(container, key)] if not isinstance(key, ast.Slice | ast.Tuple):
                kept = container if self._is_plain_name(container) else self.use(container)
                given = self.keep(value) if self._is_plain_name(container) else self.use(value)
                return [_at(node, _expression(_ask("store", kept, self.use(key), given)))]
            case [ast.Tuple(elements) | ast.List(elements)] if all(self._is_plain_name(each) for each in elements):
                node.value = _at(value, _ask("items", self.keep(value)))  # type: ignore[attr-defined]
                return [node]
        node.value = self.use(value)  # type: ignore[attr-defined]
        if isinstance(node, ast.Assign):
            node.targets = [self._target(each) for each in targets]
        elif isinstance(node, ast.AnnAssign):
            node.target = self._target(node.target)  # type: ignore[assignment]
        return [node]

    def _is_plain_name(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id not in self._exposed

    def _augmented(self, node: ast.AugAssign) -> list[ast.stmt]:
        if not self._is_plain_name(node.target):
            node.target = self._target(node.target)  # type: ignore[assignment]
            node.value = self.use(node.value)
            return [node]
        name = node.target.id  # type: ignore[union-attr]
        operate = ast.Attribute(ast.Name(OPERATORS, ast.Load()), _IN_PLACE[type(node.op)], ast.Load())
        new = _ask("added", operate, ast.Name(name, ast.Load()), self.keep(node.value))
        return [_at(node, ast.Assign([ast.Name(name, ast.Store())], new))]

    def _loop(self, node: ast.For) -> None:
        if self._is_plain_name(node.target):
            node.iter = _at(node.iter, _ask("items", self.keep(node.iter)))
        else:
            node.iter = self.use(node.iter)
            node.target = self._target(node.target)
        node.body, node.orelse = self.body(node.body), self.body(node.orelse)

    def _settled(self, node: ast.stmt, block: list[ast.stmt]) -> tuple[ast.stmt, list[ast.stmt]]:
        """Let a block end only once the calls made in it have: it catches their errors, or lends them something.

        Where the block itself raises, the calls before that have ended as well, and one that failed is what is raised.
        """
        self._many += 1
        mark = f"__segue_mark_{self._many}__"
        self._marks.append(mark)
        inside, end = self.body(block), self._settle(block[-1])
        handler = ast.ExceptHandler(ast.Name("Exception", ast.Load()), None, [*self._settle(block[-1]), ast.Raise()])
        self._marks.pop()
        before = _at(node, ast.Assign([ast.Name(mark, ast.Store())], _ask("mark")))
        return before, [_at(block[0], ast.Try([*inside, *end], [handler], [], []))]

    def _settle(self, node: ast.AST) -> list[ast.stmt]:
        if not self._marks:
            return []
        return [_at(node, _expression(_ask("settle", ast.Name(self._marks[-1], ast.Load()))))]

    def _target(self, node: ast.expr) -> ast.expr:
        """Rewrite what is assigned to: the objects in it are used."""
        match node:
            case ast.Attribute(value):
                node.value = self.use(value)
            case ast.Subscript(value, key):
                node.value, node.slice = self.use(value), self.use(key)
            case ast.Tuple(elements) | ast.List(elements):
                node.elts = [self._target(each) for each in elements]
            case ast.Starred(value):
                node.value = self._target(value)
        return node

    # ---------------------------------------------------------------- expressions

    def use(self, node: ast.expr) -> ast.expr:
        """Rewrite an expression whose value is needed."""
        kept = self.keep(node)
        if isinstance(node, (*_VALUES, ast.Slice)):
            return kept
        value: ast.expr = _at(node, _ask("value", kept))
        return value

    def keep(self, node: ast.expr) -> ast.expr:
        """Rewrite an expression that is only handed on."""
        match node:
            case ast.Call():
                return self._call(node)
            case ast.List(elements) | ast.Tuple(elements) | ast.Set(elements):
                node.elts = [self._element(each) for each in elements]
                return self._holding(node)
            case ast.Dict(keys, values):
                node.keys = [None if key is None else self.use(key) for key in keys]
                node.values = [
                    (self.use if key is None else self.keep)(value) for key, value in zip(keys, values, strict=True)
                ]
                return self._holding(node)
            case ast.ListComp() | ast.SetComp():
                self._generators(node.generators)
                node.elt = self.keep(node.elt)
                return self._holding(node)
            case ast.DictComp():
                self._generators(node.generators)
                node.key, node.value = self.use(node.key), self.keep(node.value)
                return self._holding(node)
            case ast.GeneratorExp():
                self._generators(node.generators)
                node.elt = self.use(node.elt)
            case ast.IfExp():
                node.test, node.body, node.orelse = self.use(node.test), self.keep(node.body), self.keep(node.orelse)
            case ast.NamedExpr(target, value):
                node.value = self.use(value) if target.id in self._exposed else self.keep(value)
            case ast.Subscript(value, key) if not isinstance(key, ast.Slice | ast.Tuple):
                return _at(node, _ask("item", self.keep(value), self.use(key)))  # type: ignore[no-any-return]
            case ast.Name() | ast.Constant() | ast.Lambda():
                pass
            case _:
                self._all_used(node)
        return node

    def _call(self, node: ast.Call) -> ast.expr:
        keywords = [
            ast.keyword(each.arg, (self.use if each.arg is None else self.keep)(each.value)) for each in node.keywords
        ]
        args = [self._element(each) for each in node.args]
        match node.func:
            case ast.Name("super"):
                # It looks at the frame that calls it.
                node.args, node.keywords = args, keywords
                return node
            case ast.Attribute(ast.Name(name) as owner, method) if name not in self._exposed:
                called = ast.Constant(self._own_name(method))
                return _at(node, _ask("method", owner, called, *args, keywords=keywords))  # type: ignore[no-any-return]
        return _at(node, _ask("call", self.use(node.func), *args, keywords=keywords))  # type: ignore[no-any-return]

    def _own_name(self, name: str) -> str:
        if self._mangled is None or not name.startswith("__") or name.endswith("__"):
            return name
        return f"_{self._mangled.lstrip('_')}{name}"

    def _element(self, node: ast.expr) -> ast.expr:
        if isinstance(node, ast.Starred):
            node.value = _at(node.value, _ask("items", self.keep(node.value)))
            return node
        return self.keep(node)

    def _holding(self, node: ast.expr) -> ast.expr:
        value: ast.expr = _at(node, _ask("holding", node))
        return value

    def _generators(self, generators: list[ast.comprehension]) -> None:
        for each in generators:
            plain = isinstance(each.target, ast.Name)
            each.iter = _at(each.iter, _ask("items", self.keep(each.iter))) if plain else self.use(each.iter)
            each.ifs = [self.use(condition) for condition in each.ifs]

    def _all_used(self, node: ast.AST) -> None:
        """Rewrite a node all of whose parts are needed."""
        for field, part in ast.iter_fields(node):
            if isinstance(part, ast.expr):
                setattr(node, field, self.use(part))
            elif isinstance(part, list):
                setattr(node, field, [self.use(each) if isinstance(each, ast.expr) else each for each in part])


_IN_PLACE = {
    ast.Add: "iadd", ast.Sub: "isub", ast.Mult: "imul", ast.MatMult: "imatmul", ast.Div: "itruediv", ast.FloorDiv: "ifloordiv",
    ast.Mod: "imod", ast.Pow: "ipow", ast.LShift: "ilshift", ast.RShift: "irshift", ast.BitOr: "ior", ast.BitXor: "ixor",
    ast.BitAnd: "iand",
}  # fmt: skip


# -------------------------------------------------------------------- making


def _code(fn: Callable[..., Any], function: ast.FunctionDef, mangled: str | None, shift: int) -> CodeType:
    """Compile the function where its free names are free as before."""
    names = [*fn.__code__.co_freevars, BEGIN, OPERATORS]
    inner: ast.stmt = function
    if mangled is not None:
        inner = ast.ClassDef(mangled, [], [], [function], [])
    arguments = ast.arguments([], [ast.arg(name) for name in names], None, [], [], None, [])
    around = ast.FunctionDef("around", arguments, [inner], [])
    module = ast.fix_missing_locations(ast.Module([around], []))
    ast.increment_lineno(module, shift)
    # The futures of the module that was read hold for what is compiled of it as well.
    flags = fn.__code__.co_flags & __future__.annotations.compiler_flag
    compiled = compile(module, fn.__code__.co_filename, "exec", flags=flags, dont_inherit=True)
    return _inmost(compiled, function.name)


def _inmost(code: CodeType, name: str) -> CodeType:
    for each in code.co_consts:
        if isinstance(each, CodeType):
            return each if each.co_name == name else _inmost(each, name)
    raise CannotDefer(f"{name} was not compiled")


def _made(fn: Callable[..., Any], code: CodeType) -> Callable[..., Any]:
    cells = dict(zip(fn.__code__.co_freevars, fn.__closure__ or (), strict=True))
    cells |= {BEGIN: CellType(Calls), OPERATORS: CellType(operator)}
    closure = tuple(cells[name] for name in code.co_freevars)
    made: Any = FunctionType(code, fn.__globals__, fn.__name__, fn.__defaults__, closure)
    made.__kwdefaults__, made.__qualname__, made.__doc__ = fn.__kwdefaults__, fn.__qualname__, fn.__doc__
    made.__module__, made.__annotations__, made.__dict__ = fn.__module__, fn.__annotations__, dict(fn.__dict__)
    rewritten: Callable[..., Any] = made
    return rewritten
