"""Profiles: named sets of settings in `profiles.toml`, one of them active."""

from __future__ import annotations

import os
import re
import tempfile
import tomllib
import warnings
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from segue.settings.reading import Setting, Values, get_current_settings, setting_named, written

#: The profile that exists without being written anywhere.
BUILT_IN = "ephemeral"


class Profile:
    """A name and the settings it stands for."""

    def __init__(self, name: str, settings: Values | None = None, source: Path | None = None) -> None:
        self.name = name
        #: The file it was read from.
        self.source = source
        self.settings: dict[Setting, Any] = {}
        #: Settings of another version, kept as they were read so that saving does not lose them.
        self.unknown: dict[str, object] = {}
        for key, value in (settings or {}).items():
            setting = key if isinstance(key, Setting) else setting_named(key)
            if setting is not None:
                self.settings[setting] = value
            elif isinstance(key, str):
                warnings.warn(f"Setting {key!r} is not recognized", stacklevel=2)
                self.unknown[key] = value

    def to_environment_variables(self) -> dict[str, str]:
        """Return the settings as environment variables."""
        return {setting.name: written(value) for setting, value in self.settings.items() if value is not None}

    def validate_settings(self) -> None:
        """Raise `ValueError` with a clear sentence when a value cannot be understood."""
        for setting, value in self.settings.items():
            setting.read(value, f"profile {self.name!r}")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Profile) and (self.name, self._facts()) == (other.name, other._facts())

    __hash__ = None  # type: ignore[assignment]  # its settings may change

    def __repr__(self) -> str:
        shown = {setting.name: setting.masked(value) for setting, value in self.settings.items()}
        return f"Profile(name={self.name!r}, settings={shown!r}, source={self.source!r})"

    def _facts(self) -> tuple[dict[str, object], Path | None]:
        return {setting.name: value for setting, value in self.settings.items()}, self.source


class ProfilesCollection:
    """Profiles by name, and which of them is active."""

    def __init__(self, profiles: Iterable[Profile], active: str | None = None) -> None:
        self.profiles_by_name = {profile.name: profile for profile in profiles}
        self.active_name = active

    @property
    def names(self) -> set[str]:
        """The names of all profiles."""
        return set(self.profiles_by_name)

    @property
    def active_profile(self) -> Profile | None:
        """The active profile; None when none is."""
        return None if self.active_name is None else self[self.active_name]

    def set_active(self, name: str | None, check: bool = True) -> None:  # noqa: FBT001, FBT002 - users know it so
        """Choose the active profile; raises `ValueError` when there is none of that name."""
        if check and name is not None and name not in self.names:
            raise ValueError(f"Unknown profile name {name!r}.")
        self.active_name = name

    def update_profile(self, name: str, settings: Values, source: Path | None = None) -> Profile:
        """Merge settings into a profile, made if need be; None as a value removes a setting. Returns the new profile."""
        before = self.profiles_by_name.get(name)
        given = Profile(name, settings, source)
        merged = given
        if before is not None:
            values = {**before.settings, **given.settings}
            kept = {setting: value for setting, value in values.items() if value is not None}
            merged = Profile(name, {}, source or before.source)
            merged.settings.update(kept)
            merged.unknown = {**before.unknown, **given.unknown}
        self.profiles_by_name[name] = merged
        return merged

    def add_profile(self, profile: Profile) -> None:
        """Add a profile; raises `ValueError` when the name is taken."""
        if profile.name in self.profiles_by_name:
            raise ValueError(f"Profile name {profile.name!r} already exists in collection.")
        self.profiles_by_name[profile.name] = profile

    def remove_profile(self, name: str) -> None:
        """Remove a profile; raises `KeyError` when there is none of that name."""
        del self.profiles_by_name[name]

    def without_profile_source(self, path: Path | None) -> ProfilesCollection:
        """Return a collection without the profiles read from one file."""
        kept = [profile for profile in self.profiles_by_name.values() if profile.source != path]
        return ProfilesCollection(kept, active=self.active_name)

    def to_dict(self) -> dict[str, object]:
        """Return what is written to the file."""
        tables = {
            name: {**profile.to_environment_variables(), **profile.unknown}
            for name, profile in self.profiles_by_name.items()
        }
        return {"active": self.active_name, "profiles": tables}

    def items(self) -> list[tuple[str, Profile]]:
        """Return names and profiles."""
        return list(self.profiles_by_name.items())

    def __getitem__(self, name: str) -> Profile:
        return self.profiles_by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.profiles_by_name)

    def __len__(self) -> int:
        return len(self.profiles_by_name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ProfilesCollection) and self.__dict__ == other.__dict__

    __hash__ = None  # type: ignore[assignment]  # it may change

    def __repr__(self) -> str:
        return f"ProfilesCollection(profiles={list(self.profiles_by_name.values())!r}, active={self.active_name!r})"


def load_profiles(include_defaults: bool = True) -> ProfilesCollection:  # noqa: FBT001, FBT002 - users know it so
    """Read the profiles of the home, with the one that exists anyway unless told otherwise."""
    path: Path = get_current_settings().profiles_path
    found = _read(path) if path.exists() else ProfilesCollection([])
    if include_defaults:
        if BUILT_IN not in found.names:
            found.profiles_by_name = {BUILT_IN: Profile(BUILT_IN), **found.profiles_by_name}
        found.active_name = found.active_name or BUILT_IN
    return found


def load_profile(name: str) -> Profile:
    """Read one profile; raises `ValueError` when there is none of that name."""
    profiles = load_profiles()
    if name not in profiles.names:
        raise ValueError(f"Profile {name!r} not found.")
    return profiles[name]


def load_current_profile() -> Profile:
    """Read the profile in use."""
    return load_profile(get_current_settings().profile)


def save_profiles(profiles: ProfilesCollection) -> None:
    """Write the profiles to the home, whole or not at all; readable by their owner only."""
    path: Path = get_current_settings().profiles_path
    kept = [profile for profile in profiles.profiles_by_name.values() if _worth_writing(profile)]
    _replace(path, _toml(ProfilesCollection(kept, profiles.active_name).to_dict()))


def update_current_profile(settings: Values) -> Profile:
    """Merge settings into the profile in use and write it."""
    path: Path = get_current_settings().profiles_path
    profiles = load_profiles()
    profile = profiles.update_profile(get_current_settings().profile, settings, path)
    profile.validate_settings()
    save_profiles(profiles)
    return profile


def _worth_writing(profile: Profile) -> bool:
    return profile.name != BUILT_IN or profile.source is not None or bool(profile.settings)


def _read(path: Path) -> ProfilesCollection:
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    profiles = [Profile(name, settings, path) for name, settings in content.get("profiles", {}).items()]
    return ProfilesCollection(profiles, content.get("active"))


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Made with mode 0600 by `mkstemp`: a profile may hold a key.
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    beside = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _toml(content: Mapping[str, object]) -> str:
    """Write the two levels of tables that profiles have."""
    lines = [f"active = {_toml_value(content['active'])}"] if content["active"] is not None else []
    profiles = content["profiles"]
    if isinstance(profiles, dict):
        for name, values in profiles.items():
            lines += ["", f"[profiles.{_toml_key(name)}]"]
            lines += [f"{_toml_key(key)} = {_toml_value(value)}" for key, value in values.items()]
    return "\n".join(lines).lstrip("\n") + "\n"


def _toml_key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _toml_value(name)


def _toml_value(value: object) -> str:
    # For texts, numbers, truth values and lists of them TOML's notation contains JSON's; only DEL is written otherwise.
    return msgspec.json.encode(value).decode().replace("\x7f", "\\u007f")
