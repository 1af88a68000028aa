"""Logging as a YAML file sets it up, in the form of Python's `logging.config.dictConfig`.

A `$NAME` or `${NAME}` in the file stands for a setting or a variable of the environment, and `SEGUE_LOGGING_<PATH>_<TO>_<KEY>`
replaces one value of it.
"""

from __future__ import annotations

import logging
import logging.config
import re
import string
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from segue.exceptions import ConfigurationError
from segue.host import config
from segue.settings import get_current_settings

#: The file that counts where there is no other.
DEFAULT_LOGGING_SETTINGS_PATH = Path(__file__).parent / "logging.yml"
#: What logging was set up with in this process; empty where no file did it.
PROCESS_LOGGING_CONFIG: dict[str, Any] = {}


def load_logging_config(path: Path) -> dict[str, Any]:
    """Read a logging configuration, with settings and variables in their places; raises ConfigurationError."""
    known = _Known({**config.surroundings(), **get_current_settings().to_environment_variables()})
    try:
        text = string.Template(path.read_text(encoding="utf-8")).substitute(known)
        loaded = yaml.safe_load(text)
    except KeyError as error:
        raise ConfigurationError(
            f"The logging configuration {path} names {error.args[0]}, which is neither a setting nor a variable."
        ) from None
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ConfigurationError(f"The logging configuration {path} cannot be read: {error}") from error
    if not isinstance(loaded, dict):
        raise ConfigurationError(f"The logging configuration {path} must be a mapping, but is {loaded!r}.")
    for place in list(_places(loaded, ())):
        _replace(loaded, place)
    return loaded


class _Known(dict[str, str]):
    """Settings and variables; a level that nobody set is the one of all of Segue."""

    def __missing__(self, name: str) -> str:
        if name.startswith("SEGUE_") and name.endswith("_LOGGING_LEVEL"):
            return self["SEGUE_LOGGING_LEVEL"]
        raise KeyError(name)


def _places(table: Mapping[Any, Any], at: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _places(value, (*at, key))
        else:
            yield (*at, key)


def _replace(loaded: dict[Any, Any], place: tuple[Any, ...]) -> None:
    words = "_".join(re.sub(r"[^0-9a-zA-Z]+", "_", str(key)) for key in place)
    given = config.variable(f"SEGUE_LOGGING_{words}".upper())
    if not given:
        return
    table = loaded
    for key in place[:-1]:
        table = table[key]
    table[place[-1]] = given.split(",") if isinstance(table[place[-1]], list) else given


def apply(path: str) -> dict[str, Any]:
    """Set up logging by a file, or by the one shipped where it is not there; returns what was applied.

    Raises ConfigurationError for a configuration that logging does not take.
    """
    file = Path(path).expanduser()
    if not file.exists():
        file = DEFAULT_LOGGING_SETTINGS_PATH
    loaded = load_logging_config(file)
    wanted = dict(loaded)
    if logging.getLogger().handlers and not PROCESS_LOGGING_CONFIG:
        # The program set up the root logger itself.
        wanted.pop("root", None)
    try:
        logging.config.dictConfig(wanted)
    except (ValueError, TypeError, AttributeError, ImportError) as error:
        cause = f": {error.__cause__}" if error.__cause__ is not None else ""
        raise ConfigurationError(f"The logging configuration {file} cannot be applied: {error}{cause}") from error
    PROCESS_LOGGING_CONFIG.clear()
    PROCESS_LOGGING_CONFIG.update(loaded)
    return loaded


def setup_logging(incremental: bool | None = None) -> dict[str, Any]:  # noqa: FBT001 - the signature users know
    """Set up logging by the file that the settings name, or by the one shipped; returns what was applied."""
    settings = config.current()
    path = settings.logging.config_path or f"{settings.home}/logging.yml"
    if incremental:
        loaded = load_logging_config(Path(path) if Path(path).exists() else DEFAULT_LOGGING_SETTINGS_PATH)
        logging.config.dictConfig({**loaded, "incremental": True})
        return loaded
    return apply(path)


def ensure_logging_setup() -> None:
    """Set up logging by a file unless that was done in this process before."""
    if not PROCESS_LOGGING_CONFIG:
        setup_logging()
