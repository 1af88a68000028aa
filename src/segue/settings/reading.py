"""The settings in force, as objects: nested by group, or one by one."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import Struct

from segue.host import config
from segue.model import settings as model

if TYPE_CHECKING:
    from pydantic import SecretStr

#: A setting object, its name (`SEGUE_API_URL`) or its place (`api.url`).
SettingKey: TypeAlias = "Setting | str"
#: Values by setting; a mapping's key type is exact to a type checker, so each kind of mapping is named.
Values: TypeAlias = "Mapping[Setting, object] | Mapping[str, object] | Mapping[Setting | str, object]"


class Settings:
    """All settings or one group of them; `settings.tasks.default_retries`. Places in the file system are `Path`s."""

    def __init__(self, group: Struct | None = None, at: model.Path = ()) -> None:
        self._group = group if group is not None else config.current()
        self._at = at

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._group.__struct_fields__:
            raise AttributeError(f"there is no setting {'.'.join((*self._at, name))!r}")
        value = getattr(self._group, name)
        path = (*self._at, name)
        if isinstance(value, Struct):
            return Settings(value, path)
        return _presented(model.name_of(path), value)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._group.__struct_fields__]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Settings) and self._group == other._group

    def __hash__(self) -> int:
        return hash((self._at, tuple(map(repr, model.walk(self._group)))))

    def __repr__(self) -> str:
        shown = [f"{model.name_of((*self._at, *path))}={value!r}" for path, value in self._masked()]
        return f"Settings({', '.join(shown)})"

    def to_environment_variables(
        self,
        exclude_unset: bool = False,  # noqa: FBT001, FBT002 - the signature users know
        include_secrets: bool = True,  # noqa: FBT001, FBT002
    ) -> dict[str, str]:
        """Return every setting that has a value as environment variables.

        Without those that have their default value, and with secrets masked, where that is asked for.
        """
        made: dict[str, str] = {}
        for path, value in model.walk(self._group):
            facts = _table()[model.name_of((*self._at, *path))]
            if value is not None and not (exclude_unset and value == facts.default):
                made[facts.name] = written(value if include_secrets else facts.masked(value))
        return made

    def model_dump(self) -> dict[str, Any]:
        """Return the settings as nested dicts, secrets wrapped."""
        made = {name: getattr(self, name) for name in self._group.__struct_fields__}
        return {name: value.model_dump() if isinstance(value, Settings) else value for name, value in made.items()}

    def copy_with_update(
        self,
        updates: Values | None = None,
        set_defaults: Values | None = None,
        restore_defaults: Iterable[SettingKey] | None = None,
    ) -> Settings:
        """Return the settings in force with changes, as `temporary_settings` would make them."""
        with temporary_settings(updates, set_defaults, restore_defaults) as changed:
            return changed

    def _masked(self) -> Iterator[tuple[model.Path, object]]:
        for path, value in model.walk(self._group):
            yield path, _table()[model.name_of((*self._at, *path))].masked(value)


class Setting:
    """One setting by its name; `.value()` reads it from the settings in force."""

    __slots__ = ("_facts",)

    def __init__(self, facts: model.Setting) -> None:
        self._facts = facts

    @property
    def name(self) -> str:
        """Its name in the environment and in profiles."""
        return self._facts.name

    @property
    def accessor(self) -> str:
        """Its place, such as `tasks.default_retries`."""
        return ".".join(self._facts.path)

    @property
    def is_secret(self) -> bool:
        """Whether the value must not be shown."""
        return self._facts.secret

    def default(self) -> Any:
        """Return the value that holds where nobody says anything."""
        return self._facts.default

    def value(self) -> Any:
        """Return the value in force."""
        return self.value_from(get_current_settings())

    def value_from(self, settings: Settings) -> Any:
        """Return the value in the given settings, secrets in clear."""
        value: object = settings
        for step in self._facts.path:
            value = getattr(value, step)
        reveal = getattr(value, "get_secret_value", None)
        return value if reveal is None else reveal()

    def masked(self, value: object) -> object:
        """Return a value of this setting as it may be shown."""
        return self._facts.masked(value)

    def read(self, value: object, layer: str) -> object:
        """Understand a value written as text; raises `ValueError` with a sentence that names setting and layer."""
        return self._facts.read(value, layer)

    def __bool__(self) -> bool:
        return bool(self.value())

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Setting):
            return self.name == other.name
        return other == self.name or bool(other == self.value())

    def __hash__(self) -> int:
        # The name's own hash: a dict keyed by settings is asked by name as well.
        return hash(self.name)

    def __str__(self) -> str:
        return str(self.value())

    def __repr__(self) -> str:
        return f"<{self.name}: {model.expected(self._facts.type)}>"


def get_current_settings() -> Settings:
    """Return the settings in force here."""
    return Settings(config.current())


def setting_named(key: str) -> Setting | None:
    """Return a setting by any of its names or its place; None when there is none."""
    facts = _by_any_name().get(key)
    return None if facts is None else Setting(facts)


def all_settings() -> list[Setting]:
    """Return every setting, in the order of definition."""
    return [Setting(facts) for facts in _table().values()]


@contextmanager
def temporary_settings(
    updates: Values | None = None,
    set_defaults: Values | None = None,
    restore_defaults: Iterable[SettingKey] | None = None,
) -> Iterator[Settings]:
    """Put settings in force for the code inside, in this context only.

    `updates` win over every layer, `set_defaults` hold where nobody gave a value, `restore_defaults` forget what was given. Raises
    `ValueError` for an unknown setting or a wrong value.
    """
    change = config.overridden(
        {_name(key): value for key, value in (updates or {}).items()},
        defaults={_name(key): value for key, value in (set_defaults or {}).items()},
        restored=[_name(key) for key in restore_defaults or ()],
    )
    with change as settings:
        yield Settings(settings)


def written(value: object) -> str:
    """Write a value as environment variables and profiles hold it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple, set, frozenset)):
        return ",".join(map(str, value))
    return str(value)


def _name(key: SettingKey) -> str:
    return key.name if isinstance(key, Setting) else key


def _presented(name: str, value: object) -> object:
    if isinstance(value, str):
        facts = _table()[name]
        if facts.is_path:
            return Path(value)
        if facts.secret:
            return _secret(value)
    return value


def _secret(value: str) -> SecretStr:
    from pydantic import SecretStr  # noqa: PLC0415 - a door: pydantic is loaded only where a secret is set

    return SecretStr(value)


@functools.cache
def _table() -> dict[str, model.Setting]:
    return model.table()


@functools.cache
def _by_any_name() -> dict[str, model.Setting]:
    return {name: facts for facts in _table().values() for name in (facts.name, ".".join(facts.path), *facts.also)}
