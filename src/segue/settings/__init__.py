"""Settings as users know them: `get_current_settings()`, `SEGUE_…` objects, `temporary_settings`, profiles."""

from __future__ import annotations

from segue.settings.profiles import (
    Profile,
    ProfilesCollection,
    load_current_profile,
    load_profile,
    load_profiles,
    save_profiles,
    update_current_profile,
)
from segue.settings.reading import Setting, Settings, get_current_settings, setting_named, temporary_settings

__all__ = [
    "Profile",
    "ProfilesCollection",
    "Setting",
    "Settings",
    "get_current_settings",
    "load_current_profile",
    "load_profile",
    "load_profiles",
    "save_profiles",
    "temporary_settings",
    "update_current_profile",
]


def __getattr__(name: str) -> Setting:
    """Give every setting under its own name: `segue.settings.SEGUE_API_URL`."""
    found = setting_named(name) if name.startswith("SEGUE_") else None
    if found is None:
        raise AttributeError(f"{name} is not a Segue setting.")
    return found
