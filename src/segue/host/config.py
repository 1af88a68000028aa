"""The settings of this process, put together once from their layers.

Each layer is partial; a later one wins: defaults, the active profile of `profiles.toml`, `[tool.segue]` of `pyproject.toml`,
`segue.toml`, `.env`, the environment, and what the program itself overrides for a while. A name that nobody knows is left alone, so
that a newer version's profile does not stop an older one; a value that cannot be understood stops with its name and layer.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Mapping
from contextvars import ContextVar, Token
from functools import cache
from typing import TYPE_CHECKING, cast

from msgspec import Struct

from segue.model import settings as model
from segue.model.errors import SegueError

if TYPE_CHECKING:
    from segue.model.settings import Path, Setting, Settings

Table = dict[str, object]


class UnreadableFile(SegueError):
    """{path} is not valid: {reason}"""  # noqa: D400 - it ends with the parser's own words

    code = "settings.unreadable-file"
    status = 422


class UnknownProfile(SegueError):
    """There is no profile {name!r} in {path}."""

    code = "settings.unknown-profile"
    status = 422


class Given(Struct, frozen=True):
    """A value somebody gave, and the layer it came from."""

    value: object
    layer: str


class Loaded(Struct, frozen=True):
    """The settings in force, with what was given for them and names that mean nothing here."""

    settings: Settings
    given: dict[Path, Given]
    unknown: dict[str, str] = {}


class Explained(Struct, frozen=True):
    """One setting as it stands, and the layer that decided it."""

    name: str
    value: object
    layer: str


_override: ContextVar[Loaded | None] = ContextVar("segue_settings", default=None)
_guard = threading.Lock()


class _Root:
    loaded: Loaded | None = None


def current() -> Settings:
    """Return the settings in force here; the layers outside the program are read at the first call."""
    return loaded().settings


def loaded() -> Loaded:
    """Return the settings in force together with their sources."""
    over = _override.get()
    if over is not None:
        return over
    if _Root.loaded is None:
        with _guard:
            if _Root.loaded is None:
                _Root.loaded = _read()
    return _Root.loaded


def forget() -> None:
    """Read files and environment again at the next call."""
    _Root.loaded = None


def explain() -> list[Explained]:
    """Return every setting with the layer it came from, in the order of definition; secrets are masked."""
    now, table = loaded(), model.table()
    return [
        Explained(name, table[name].masked(value), now.given[path].layer if path in now.given else "default")
        for path, value in model.walk(now.settings)
        for name in [model.name_of(path)]
    ]


def overrides() -> dict[str, object]:
    """Return what the program overrides here, by name: enough to put the same in force in another process."""
    return {model.name_of(path): given.value for path, given in loaded().given.items() if given.layer == "override"}


def shared() -> dict[str, object]:
    """Return what other machines must have in force as well to work for this process, by name.

    That is what somebody gave, and where things are kept. What encrypts secrets stays here.
    """
    settings, given = current(), loaded().given
    found = {model.name_of(path): each.value for path, each in given.items() if path not in _OWN}
    found["SEGUE_HOME"] = settings.home
    found["SEGUE_DATABASE_URL"] = settings.database.url
    return found


#: Settings that are no business of another machine.
_OWN = {("secret_key",), ("profile",), ("profiles_path",)}


def variable(name: str) -> str | None:
    """Return an environment variable as it is at this moment."""
    return os.environ.get(name)


def surroundings() -> dict[str, str]:
    """Return the whole environment, for a child process."""
    return dict(os.environ)


def replace_surroundings(variables: Mapping[str, str]) -> None:
    """Make this the whole environment: the process has become another's."""
    os.environ.clear()
    os.environ.update(variables)
    forget()


def choose_profile(name: str) -> None:
    """Use another profile from now on, in this process and those it starts."""
    os.environ["SEGUE_PROFILE"] = name
    forget()


def variables(prefix: str) -> dict[str, str]:
    """Return the environment variables that begin with a prefix, as they are at this moment."""
    return {name: value for name, value in os.environ.items() if name.startswith(prefix)}


class overridden:  # noqa: N801 - used as a word: `with overridden(...)`
    """Puts settings in force for the code of a `with` block, in this context (thread, asyncio task) only.

    `updates` win over every layer; `defaults` count where nobody gave a value; `restored` fall back to their defaults. Settings are
    named by their path or by any of their names. Raises `UnknownSetting` and `WrongSetting`.
    """

    def __init__(
        self,
        updates: Mapping[str, object],
        *,
        defaults: Mapping[str, object] | None = None,
        restored: Iterable[str] = (),
    ) -> None:
        names = _names()
        given = dict(loaded().given)
        for setting in (_named(name, names) for name in restored):
            given[setting.path] = Given(setting.default, "override")
        for name, value in (defaults or {}).items():
            setting = _named(name, names)
            given.setdefault(setting.path, _give(setting, value, "override"))
        for name, value in updates.items():
            setting = _named(name, names)
            given[setting.path] = _give(setting, value, "override")
        self._loaded = _assembled(given)
        self._tokens: list[Token[Loaded | None]] = []

    def __enter__(self) -> Settings:
        """Put them in force."""
        self._tokens.append(_override.set(self._loaded))
        return self._loaded.settings

    def __exit__(self, *_: object) -> None:
        """Put back what was in force before."""
        _override.reset(self._tokens.pop())


class with_profile(overridden):  # noqa: N801 - used as a word: `with with_profile(...)`
    """Puts another profile in force for the code of a `with` block; `over_environment` lets it win over the environment."""

    def __init__(self, name: str, values: Mapping[str, object], *, over_environment: bool, keep: bool) -> None:
        names = _names()
        outside = {path: given for path, given in loaded().given.items() if keep or given.layer == "environment"}
        given = {path: value for path, value in outside.items() if not value.layer.startswith("profile ")}
        layer = f"profile {name!r}"
        for key, value in values.items():
            setting = names.get(key)
            weaker = setting is not None and (over_environment or setting.path not in given)
            if setting is not None and weaker:
                given[setting.path] = _give(setting, value, layer)
        given[("profile",)] = Given(name, "override")
        self._loaded = _assembled(given)
        self._tokens = []


# --- layers ---------------------------------------------------------------------------------------------------------


def _read() -> Loaded:
    given: dict[Path, Given] = {}
    unknown: dict[str, str] = {}
    outer = [
        ("pyproject.toml", _tool_table("pyproject.toml")),
        ("segue.toml", _flat(_toml("segue.toml"))),
        (".env", _dotenv(".env")),
        ("environment", cast("Table", variables("SEGUE_"))),
    ]
    for layer, values in outer:
        _lay(values, layer, given, unknown)
    # The profile is the weakest layer but needs the others: they say where its file is and which one is active.
    home = _assembled(given).settings
    profiles = _toml(home.profiles_path)
    chosen = home.profile if ("profile",) in given else profiles.get("active")
    known = profiles.get("profiles")
    section: object = known.get(chosen) if isinstance(known, dict) and isinstance(chosen, str) else None
    if isinstance(chosen, str) and isinstance(section, dict):
        weakest: dict[Path, Given] = {("profile",): Given(chosen, home.profiles_path)}
        _lay(section, f"profile {chosen!r}", weakest, unknown)
        given = {**weakest, **given}
    elif isinstance(chosen, str) and chosen != "ephemeral":
        raise UnknownProfile(name=chosen, path=home.profiles_path)
    return _assembled(given, unknown)


def _lay(values: Mapping[str, object], layer: str, given: dict[Path, Given], unknown: dict[str, str]) -> None:
    """Put one layer's values over those below."""
    names: Mapping[str, Setting] | None = None
    for name, value in values.items():
        if name == "SEGUE_HOME" and isinstance(value, str) and value:
            # By far the most common: no need to look at every setting's annotations for a text.
            given[("home",)] = Given(_place(value), layer)
            continue
        # Two underscores name something of a run (`SEGUE__FLOW_RUN_ID`), and an empty variable says nothing.
        if value == "" or name.startswith("SEGUE__"):
            continue
        names = names if names is not None else _names()
        setting = names.get(name)
        if setting is None:
            unknown[name] = layer
        else:
            given[setting.path] = _give(setting, value, layer)


def _assembled(given: dict[Path, Given], unknown: dict[str, str] | None = None) -> Loaded:
    values = {path: entry.value for path, entry in given.items()}
    values.setdefault(("home",), _place("~/.segue"))
    return Loaded(model.build(values), given, unknown or {})


def _give(setting: Setting, value: object, layer: str) -> Given:
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
    understood = setting.read(value, layer)
    if setting.is_path and isinstance(understood, str):
        understood = _place(understood)
    return Given(understood, layer)


def _place(path: str) -> str:
    return os.path.abspath(os.path.expanduser(path))


@cache
def _names() -> Mapping[str, Setting]:
    """Every setting by its name, its other names and its dotted path; looked up once, for each call of a worker asks for it."""
    found: dict[str, Setting] = {}
    for setting in model.table().values():
        for name in (setting.name, ".".join(setting.path), *setting.also):
            found[name] = setting
    return found


def _named(name: str, names: Mapping[str, Setting]) -> Setting:
    if name not in names:
        raise model.UnknownSetting(name=name)
    return names[name]


# --- files ----------------------------------------------------------------------------------------------------------


def _content(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return ""


def _toml(path: str, text: str | None = None) -> Table:
    text = _content(path) if text is None else text
    if not text:
        return {}
    import tomllib  # noqa: PLC0415 - a door: costs 3 ms, and most processes have no such file

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UnreadableFile(path=path, reason=error) from error


def _tool_table(path: str) -> Table:
    text = _content(path)
    if "tool.segue" not in text:
        return {}
    tool = _toml(path, text).get("tool")
    table = tool.get("segue") if isinstance(tool, dict) else None
    return _flat(table) if isinstance(table, dict) else {}


def _flat(table: Mapping[str, object], at: str = "SEGUE") -> Table:
    """Nested tables (`[tasks] default_retries = 2`) and plain names (`SEGUE_TASKS_DEFAULT_RETRIES = 2`) by name."""
    flat: Table = {}
    for key, value in table.items():
        name = key if key.startswith("SEGUE_") else f"{at}_{key.upper()}"
        if isinstance(value, dict):
            flat |= _flat(value, name)
        else:
            flat[name] = value
    return flat


def _dotenv(path: str) -> Table:
    """The `SEGUE_` lines of a file of `NAME=value` lines."""
    found: Table = {}
    for line in _content(path).splitlines():
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if equals and name.strip().startswith("SEGUE_"):
            value = value.strip()
            quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
            found[name.strip()] = value[1:-1] if quoted else value
    return found
