"""Objects by their names and back, under the names users know."""

from __future__ import annotations

import importlib
import sys
from importlib.util import LazyLoader, find_spec, module_from_spec, spec_from_file_location
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any

from segue.exceptions import ScriptError

_numbers = count()


def to_qualified_name(obj: Any) -> str:
    """Return `module.name` of a function or class."""
    return f"{obj.__module__}.{obj.__qualname__}"


def from_qualified_name(name: str) -> Any:
    """Return what `module.name` names, a module itself included; raises ImportError, AttributeError."""
    try:
        return importlib.import_module(name)
    except ImportError:
        module, _, attribute = name.rpartition(".")
        if not module:
            raise
    return getattr(importlib.import_module(module), attribute)


def load_script_as_module(path: str) -> ModuleType:
    """Execute a file as a module of its own and return it; raises ScriptError with what the file raised."""
    if not path.endswith(".py"):
        raise ValueError(f"The provided path does not point to a python file: {path!r}")
    file = Path(path).resolve()
    spec = spec_from_file_location(f"__segue_script_{next(_numbers)}__", file)
    if spec is None or spec.loader is None:
        raise ValueError(f"{path!r} cannot be loaded as a module.")
    module = module_from_spec(spec)
    # Pickled values refer to their module by its name, and what stands beside the file can be imported by it.
    sys.modules[spec.name] = module
    sys.path.insert(0, str(file.parent))
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        sys.modules.pop(spec.name, None)
        raise ScriptError(error, path) from error
    finally:
        sys.path.remove(str(file.parent))
    return module


def load_module(module_name: str) -> ModuleType:
    """Import a module by name, found in this folder as well."""
    here = str(Path.cwd())
    sys.path.insert(0, here)
    try:
        return importlib.import_module(module_name)
    finally:
        sys.path.remove(here)


def import_object(import_path: str) -> Any:
    """Return what `path/file.py:name`, `package.module:name` or `package.module.name` names.

    Raises ScriptError where the file fails, ImportError and AttributeError where there is no such thing.
    """
    if ".py:" in import_path:
        path, _, name = import_path.rpartition(":")
        return getattr(load_script_as_module(path), name)
    place, _, name = import_path.rpartition(":") if ":" in import_path else import_path.rpartition(".")
    if not place:
        return load_module(import_path)
    found: Any = load_module(place)
    for part in name.split("."):
        found = getattr(found, part)
    return found


def lazy_import(name: str, error_on_import: bool = False, help_message: str = "") -> ModuleType:  # noqa: FBT001, FBT002 - the signature users know
    """Return a module that is loaded when something of it is first used.

    Where it is not installed, that first use raises ModuleNotFoundError with the message, or this call with `error_on_import`.
    """
    if name in sys.modules:
        return sys.modules[name]
    try:
        spec = find_spec(name)
    except ModuleNotFoundError:
        # Its package is not installed either.
        spec = None
    if spec is None or spec.loader is None:
        if error_on_import:
            raise ModuleNotFoundError(f"No module named {name!r}. {help_message}".rstrip(), name=name)
        return _Missing(name, help_message)
    spec.loader = LazyLoader(spec.loader)
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


class _Missing(ModuleType):
    """Stands for a module that is not installed."""

    def __init__(self, name: str, help_message: str) -> None:
        super().__init__(name)
        self.__help = help_message

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        raise ModuleNotFoundError(f"No module named {self.__name__!r}. {self.__help}".rstrip(), name=self.__name__)
