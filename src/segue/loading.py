"""From `file.py:function` back to the flow or task: the script is loaded, and nothing in it starts a run by itself.

A file of a package is imported under its own name. Any other file becomes `__main__`, as it was when it was run as a
script, because that is what pickled values of it refer to; but a block under `if __name__ == "__main__"` is not entered,
and a statement that would start a run at the top level, or end the program, is given up there. What follows such a
statement may miss what it would have set, so from then on statements that fail are passed over: a flow that was reached
by the script once needs none of them.
"""

from __future__ import annotations
import __future__

import ast
import importlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, TypeVar

from segue.exceptions import MissingFlowError, ScriptError, SegueException, UnspecifiedFlowError
from segue.flows import Flow
from segue.tasks import Task
from segue.top_level import TopLevelCall, loading

T = TypeVar("T")

_MAIN = "__main__"
#: Flags that `from __future__ import …` sets, which hold for the whole file.
_FUTURES = sum({getattr(__future__, name).compiler_flag for name in __future__.all_feature_names})
_loaded: dict[str, ModuleType] = {}
#: What was `__main__` before: a module nobody refers to any more would lose its names.
_former: list[ModuleType | None] = []


class CannotLoad(SegueException):
    """What shall be run cannot be found again from what was recorded."""


def load_flow(entrypoint: str, *, name: str | None = None) -> Flow[Any, Any]:
    """Return the flow that an entrypoint names: `file.py:function`, `module:function`, or a file with one flow.

    `name` is the flow's own name, by which two made from one function are told apart. Raises MissingFlowError,
    UnspecifiedFlowError, CannotLoad, and ScriptError when the file itself fails.
    """
    place, function = split(entrypoint)
    _refuse_inner(function, "flow")
    module = load(place)
    flows = _found(module, Flow)
    if function is None:
        return _only(flows, place)
    chosen = _choose(flows, function, name, lambda flow: flow.fn)
    if chosen is None:
        there = f"it has {_listed(flows)}" if flows else "it has none"
        raise MissingFlowError(f"There is no flow {function!r} in {place}: {there}.")
    return chosen


def load_task(entrypoint: str, *, name: str | None = None) -> Task[Any, Any]:
    """Return the task that an entrypoint names; raises CannotLoad, and ScriptError when the file itself fails."""
    place, function = split(entrypoint)
    _refuse_inner(function, "task")
    if function is None:
        raise CannotLoad(f"Which task of {place}? Name it: {place}:TASK")
    tasks = _found(load(place), Task)
    chosen = _choose(tasks, function, name, lambda task: task.fn)
    if chosen is None:
        there = f"it has {_listed(tasks)}" if tasks else "it has none"
        raise CannotLoad(f"There is no task {function!r} in {place}: {there}.")
    return chosen


def load_tasks(entrypoint: str) -> list[Task[Any, Any]]:
    """Return the task that an entrypoint names, or all tasks of a file; raises CannotLoad, ScriptError."""
    place, function = split(entrypoint)
    if function is not None:
        return [load_task(entrypoint)]
    tasks = list(_found(load(place), Task).values())
    if not tasks:
        raise CannotLoad(f"There is no task in {place}.")
    return list({id(task): task for task in tasks}.values())


def split(entrypoint: str) -> tuple[str, str | None]:
    """Take `place:function` apart; the function is None where none is named."""
    place, colon, function = entrypoint.rpartition(":")
    # `C:\\flows.py` has a colon of its own.
    if not colon or os.sep in function or function.startswith("\\"):
        return entrypoint, None
    return place, function or None


def load(place: str) -> ModuleType:
    """Return the module of a file or of a dotted name, loaded once; raises CannotLoad, ScriptError."""
    if not place.endswith(".py") and not Path(place).exists():
        return _by_name(place)
    path = Path(place).expanduser().absolute()
    if not path.is_file():
        raise CannotLoad(f"There is no file {path}.")
    known = _loaded.get(str(path))
    if known is None:
        package, name = _package_of(path)
        known = _as_script(path) if package is None else _of_package(path, package, name)
        _loaded[str(path)] = known
    return known


def _refuse_inner(function: str | None, kind: str) -> None:
    """Only what stands at the top level of a file can be found again."""
    if function is None:
        return
    if "<locals>" in function:
        outer, _, inner = function.rpartition(".<locals>.")
        raise CannotLoad(
            f"The {kind} {inner!r} is made inside {outer!r}, so another process cannot find it: move it to the top level "
            "of its file, or call it from your code."
        )
    if "." in function:
        owner, _, method = function.rpartition(".")
        raise CannotLoad(
            f"The {kind} {method!r} is a method of {owner!r}, and the object it was called on is gone with its process: call it "
            "from your code."
        )


def _found(module: ModuleType, kind: type[T]) -> dict[str, T]:
    return {name: value for name, value in vars(module).items() if isinstance(value, kind)}


def _choose(
    found: dict[str, T], function: str, name: str | None, code_of: Callable[[T], Callable[..., Any]]
) -> T | None:
    """The one of that variable or function, of the given name where several are."""
    same = [value for value in found.values() if getattr(code_of(value), "__qualname__", None) == function]
    if function in found:
        same.insert(0, found[function])
    same = same or [value for value in found.values() if getattr(value, "name", None) == function]
    named = [value for value in same if name is not None and getattr(value, "name", None) == name]
    return next(iter(named or same), None)


def _only(flows: dict[str, Flow[Any, Any]], place: str) -> Flow[Any, Any]:
    different = {id(flow): flow for flow in flows.values()}
    if not different:
        raise MissingFlowError(f"There is no flow in {place}: put @flow on a function of it.")
    if len(different) == 1:
        return next(iter(different.values()))
    # A flow imported from elsewhere is seldom the one that is meant.
    own = [flow for flow in different.values() if _file_of(flow) == str(Path(place).absolute())]
    if len(own) == 1:
        return own[0]
    raise UnspecifiedFlowError(f"There are several flows in {place}; name one of them: {_listed(flows)}.")


def _file_of(flow: Flow[Any, Any]) -> str | None:
    return getattr(getattr(flow.fn, "__code__", None), "co_filename", None)


def _listed(found: dict[str, T]) -> str:
    return ", ".join(sorted(found))


# --- modules --------------------------------------------------------------------------------------------------------


def _by_name(name: str) -> ModuleType:
    _see(os.getcwd())  # noqa: PTH109 - as `python -m` does
    try:
        with loading():
            return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is not None and (name == error.name or name.startswith(f"{error.name}.")):
            raise CannotLoad(f"There is neither a file nor a module {name!r}.") from None
        raise ScriptError(error, name) from error
    except TopLevelCall:
        raise CannotLoad(
            f"The module {name!r} starts a run when it is imported; name its file instead of the module."
        ) from None
    except Exception as error:
        raise ScriptError(error, name) from error


def _package_of(path: Path) -> tuple[Path | None, str]:
    """The folder that a file's package lies in, and the file's dotted name there; None for a file of no package."""
    parts, folder = [path.stem], path.parent
    while (folder / "__init__.py").exists():
        parts.insert(0, folder.name)
        folder = folder.parent
    return (None, path.stem) if len(parts) == 1 else (folder, ".".join(parts))


def _of_package(path: Path, root: Path, name: str) -> ModuleType:
    """Import a module of a package by its own name."""
    _see(str(root))
    try:
        with loading():
            module = importlib.import_module(name)
    except TopLevelCall:
        module = ModuleType(name)
        module.__package__ = name.rpartition(".")[0]
        return _executed(module, path)
    except Exception as error:
        raise ScriptError(error, str(path)) from error
    if not path.samefile(module.__file__ or ""):
        raise CannotLoad(f"{path} is hidden by {module.__file__}, which has the same name {name!r}.")
    return module


def _as_script(path: Path) -> ModuleType:
    """Execute a file of no package as the main module."""
    _see(str(path.parent))
    module = ModuleType(_MAIN)
    _former.append(sys.modules.get(_MAIN))
    sys.modules[_MAIN] = module
    # Whoever imports the file by its name gets this module and not a second one that would start runs.
    sys.modules.setdefault(path.stem, module)
    sys.argv = [str(path)]
    return _executed(module, path)


def _see(folder: str) -> None:
    if folder not in sys.path:
        sys.path.insert(0, folder)


def _executed(module: ModuleType, path: Path) -> ModuleType:
    """Execute a file statement by statement; raises ScriptError."""
    names = vars(module)
    names["__file__"] = str(path)
    sys.modules[module.__name__] = module
    given_up = False
    with loading():
        for guarded, code in _statements(path):
            names["__name__"] = path.stem if guarded else module.__name__
            try:
                exec(code, names)  # noqa: S102 - the user's own file
            except (TopLevelCall, SystemExit):
                given_up = True
            except Exception as error:
                if not given_up:
                    raise ScriptError(error, str(path)) from error
            finally:
                names["__name__"] = module.__name__
    return module


def _statements(path: Path) -> Iterator[tuple[bool, CodeType]]:
    """Yield each statement's code, and whether it asks which module this is."""
    try:
        tree = ast.parse(path.read_bytes(), str(path))
        flags = compile(tree, str(path), "exec", dont_inherit=True).co_flags & _FUTURES
    except (SyntaxError, ValueError) as error:
        raise ScriptError(error, str(path)) from error
    for node in tree.body:
        guarded = isinstance(node, ast.If) and any(
            isinstance(part, ast.Name) and part.id == "__name__" for part in ast.walk(node.test)
        )
        yield guarded, compile(ast.Module([node], []), str(path), "exec", flags=flags, dont_inherit=True)
