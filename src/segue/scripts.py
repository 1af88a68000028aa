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
from itertools import count
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, TypeVar

from segue.exceptions import MissingFlowError, ScriptError, SegueException, UnspecifiedFlowError
from segue.top_level import TopLevelCall, loading

T = TypeVar("T")

_MAIN = "__main__"
#: Flags that `from __future__ import …` sets, which hold for the whole file.
_FUTURES = sum({getattr(__future__, name).compiler_flag for name in __future__.all_feature_names})
_loaded: dict[str, ModuleType] = {}
_numbers = count()
#: Files that are being loaded apart right now.
_loading: set[Path] = set()
#: What was `__main__` before: a module nobody refers to any more would lose its names.
_former: list[ModuleType | None] = []


class CannotLoad(SegueException):
    """What shall be run cannot be found again from what was recorded."""


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


def refuse_inner(function: str | None, kind: str) -> None:
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


def found_in(module: ModuleType, kind: type[T]) -> dict[str, T]:
    """Return what of one kind stands at the top level of a module, by its names there."""
    return {name: value for name, value in vars(module).items() if isinstance(value, kind)}


def choose(
    found: dict[str, T], function: str, name: str | None, code_of: Callable[[T], Callable[..., Any]]
) -> T | None:
    """Return the one of that variable or function, of the given name where several are."""
    same = [value for value in found.values() if getattr(code_of(value), "__qualname__", None) == function]
    if function in found:
        same.insert(0, found[function])
    same = same or [value for value in found.values() if getattr(value, "name", None) == function]
    named = [value for value in same if name is not None and getattr(value, "name", None) == name]
    return next(iter(named or same), None)


def flow_in(module: ModuleType, kind: type[T], place: str, function: str | None, *, name: str | None = None) -> T:
    """Return the flow that a function of a module is; raises MissingFlowError, UnspecifiedFlowError."""
    flows = found_in(module, kind)
    if function is None:
        return _only(flows, place)
    found = choose(flows, function, name, _code_of)
    if found is None:
        there = f"it has {listed(flows)}" if flows else "it has none"
        raise MissingFlowError(f"There is no flow {function!r} in {place}: {there}.")
    return found


def _code_of(thing: object) -> Callable[..., Any]:
    found: Callable[..., Any] = getattr(thing, "fn")  # noqa: B009 - flows and tasks have it; their classes stand above this
    return found


def _only(flows: dict[str, T], place: str) -> T:
    different = {id(flow): flow for flow in flows.values()}
    if not different:
        raise MissingFlowError(f"There is no flow in {place}: put @flow on a function of it.")
    if len(different) == 1:
        return next(iter(different.values()))
    # A flow imported from elsewhere is seldom the one that is meant.
    own = [flow for flow in different.values() if _file_of(flow) == str(Path(place).absolute())]
    if len(own) == 1:
        return own[0]
    raise UnspecifiedFlowError(f"There are several flows in {place}; name one of them: {listed(flows)}.")


def _file_of(flow: object) -> str | None:
    return getattr(getattr(_code_of(flow), "__code__", None), "co_filename", None)


def listed(found: dict[str, T]) -> str:
    """Return names for a message."""
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


def load_apart(path: Path, root: Path, *, tolerant: bool = False) -> ModuleType:
    """Load a file of code that was fetched to `root`, apart from the modules of this program; raises CannotLoad, ScriptError.

    What it imports from below `root` is its own: other code may have modules of the same names. `tolerant`: statements that fail
    are passed over.
    """
    if not path.is_file():
        raise CannotLoad(
            f"There is no file {path.relative_to(root) if path.is_relative_to(root) else path} in the code."
        )
    if path in _loading:
        # The file asks for itself: what it does at its top level is under way already.
        raise TopLevelCall
    package, name = _package_of(path)
    module = ModuleType(f"__segue_apart_{next(_numbers)}__")
    module.__package__ = "" if package is None else name.rpartition(".")[0]
    folders = [str(root), str(package or path.parent)]
    hidden = _namesakes(folders)
    before = set(sys.modules)
    sys.path[:0] = folders
    _loading.add(path)
    importlib.invalidate_caches()
    try:
        return _executed(module, path, tolerant=tolerant)
    finally:
        _loading.discard(path)
        for folder in folders:
            sys.path.remove(folder)
        # What is imported later, when the flow is called, is found after everything of this program.
        sys.path.extend(folder for folder in dict.fromkeys(folders) if folder not in sys.path)
        for each in set(sys.modules) - before - {module.__name__}:
            file = getattr(sys.modules[each], "__file__", None)
            if file is not None and Path(file).is_relative_to(root):
                del sys.modules[each]
        sys.modules.update(hidden)


def _namesakes(folders: list[str]) -> dict[str, ModuleType]:
    """Take modules of this program out of sight that have the name of one in these folders; returns them."""
    there = {
        each.stem
        for folder in folders
        for each in Path(folder).iterdir()
        if each.suffix == ".py" or (each / "__init__.py").exists()
    }
    there -= {*sys.stdlib_module_names, __name__.partition(".")[0]}
    return {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] in there}


def _executed(module: ModuleType, path: Path, *, tolerant: bool = False) -> ModuleType:
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
                if not given_up and not tolerant:
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
