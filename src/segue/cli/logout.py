"""`segue logout`."""

from __future__ import annotations

import typer

from segue.backend.open import connect_backend
from segue.cli.faults import Exit, Fault
from segue.cli.group import single
from segue.engine.session import caller
from segue.host import config
from segue.model.errors import SegueError
from segue.model.settings import Settings
from segue.settings import load_profiles, save_profiles
from segue.wire.people import KEY_REVOKE, ME_READ
from segue.wire.requests import ById, Nothing

#: By what means the keys were made that `segue login` got; others are left to whoever made them.
_LOGIN = "login"


def logout() -> None:
    """Forget the key of the profile in use, and revoke it where `segue login` made it; the address stays.

    For example:

        segue logout
    """
    settings = config.current()
    profiles = load_profiles()
    profile = profiles[settings.profile] if settings.profile in profiles.names else None
    kept = {} if profile is None else profile.to_environment_variables()
    if "SEGUE_API_KEY" not in kept:
        raise Fault(f"Profile {settings.profile} has no key.", Exit.NOT_FOUND, hint="`segue login URL` gets one.")
    told = _revoked(settings, kept["SEGUE_API_KEY"], kept.get("SEGUE_API_URL", settings.api.url or ""))
    profiles.update_profile(settings.profile, {"SEGUE_API_KEY": None})
    save_profiles(profiles)
    typer.echo(f"Profile {settings.profile} has no key any more. {told}")


def _revoked(settings: Settings, key: str, url: str) -> str:
    backend = connect_backend(url, key=key, home=settings.home, caller=caller, settings=settings)
    try:
        found = backend.call(ME_READ, Nothing()).key
        if found is None:
            return "The server did not know it."
        if found.created_by is None or found.created_by.means != _LOGIN:
            return (
                f"It was not made by `segue login`, so it is still valid: `segue key revoke {found.name}` revokes it."
            )
        backend.call(KEY_REVOKE, ById(found.id))
    except SegueError as problem:
        return f"It could not be revoked: {problem}"
    finally:
        backend.close()
    return "It is revoked."


app = single(logout)
