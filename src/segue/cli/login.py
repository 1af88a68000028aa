"""`segue login`."""

from __future__ import annotations

import ipaddress
import socket
import webbrowser
from typing import Annotated
from urllib.parse import urlencode, urlsplit

import msgspec
import typer

from segue.backend.links import place_of
from segue.backend.open import connect_backend
from segue.backend.remote import RemoteBackend
from segue.cli.callback import Callback, Heard, challenge_of, new_secret
from segue.cli.faults import Exit, Fault, Switches
from segue.cli.group import single
from segue.engine.session import caller
from segue.host import config
from segue.model.errors import Unauthorized
from segue.model.settings import Settings
from segue.model.tokens import CODE, KEY, is_token
from segue.settings import Profile, load_profiles, save_profiles
from segue.wire.people import CODE_EXCHANGE, LOGIN_PAGE, ME_READ, Exchange, Me
from segue.wire.requests import Nothing

_BUILT_IN = "ephemeral"


def login(
    url: Annotated[
        str | None,
        typer.Argument(help="Address of the server; by default that of the profile in use.", metavar="URL"),
    ] = None,
    with_key: Annotated[
        bool, typer.Option("--key", help="Take an API key, typed at a prompt or the first line of standard input.")
    ] = False,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Only print the address of the page to sign in on.")
    ] = False,
    save_as: Annotated[
        str | None,
        typer.Option(
            "--save-as", metavar="PROFILE", help="Profile to keep it in; by default the one in use, or a new one."
        ),
    ] = None,
) -> None:
    """Connect to a server: sign in with a browser, or give a key, and keep both address and key in a profile.

    For example:

        segue login https://segue.example.org
    """
    settings = config.current()
    address = _address(url or settings.api.url)
    _warn_in_clear(address)
    backend = _connected(address, None, settings)
    try:
        me = backend.call(ME_READ, Nothing())
        key = None
        if with_key:
            key = _typed_key()
        elif not me.open:
            key = _key_by_browser(backend, address, no_browser=no_browser)
    finally:
        backend.close()
    if key is not None:
        me = _known(address, key, settings)
    name = _keep(address, key, save_as)
    if me.open:
        typer.echo(f"Connected to {address}. Nobody needs an account there yet. Profile {name} is active.")
    else:
        typer.echo(f"Logged in to {address} as {me.name} ({me.role}). Profile {name} is active.")
    for setting in ("SEGUE_API_URL", "SEGUE_API_KEY"):
        if config.variable(setting):
            typer.echo(f"Note: {setting} in the environment is stronger than the profile.", err=True)


def _address(url: str | None) -> str:
    """Return the address of the API that is meant; people may leave out `/api`."""
    if not url:
        raise Fault("Which server? Give its address.", Exit.USAGE, hint="segue login https://segue.example.org")
    whole = url if "://" in url else f"https://{url}"
    place_of(whole)
    plain = whole.rstrip("/")
    return plain if plain.endswith("/api") else f"{plain}/api"


def _warn_in_clear(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme == "http" and not _is_here(parts.hostname or ""):
        typer.echo(
            f"Warning: {parts.hostname} is spoken to without TLS; who listens on the way learns the key.", err=True
        )


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _connected(address: str, key: str | None, settings: Settings) -> RemoteBackend:
    return connect_backend(address, key=key, home=settings.home, caller=caller, settings=settings)


def _typed_key() -> str:
    stdin = typer.get_text_stream("stdin")
    if not stdin.isatty():
        key = stdin.readline().strip()
    elif Switches.prompts:
        key = str(typer.prompt("API key", hide_input=True, err=True)).strip()
    else:
        raise Fault("The key would be asked for, which --no-prompt forbids; write it into standard input.", Exit.USAGE)
    if not is_token(key, KEY):
        raise Fault(
            f"That is no API key: one begins with {KEY!r}.", Exit.USAGE, hint="`segue key create NAME` makes one."
        )
    return key


def _known(address: str, key: str, settings: Settings) -> Me:
    backend = _connected(address, key, settings)
    try:
        return backend.call(ME_READ, Nothing())
    except Unauthorized as problem:
        raise Fault(str(problem), Exit.REFUSED) from None
    finally:
        backend.close()


def _key_by_browser(backend: RemoteBackend, address: str, *, no_browser: bool) -> str:
    """Let the person sign in on the server's page, and exchange the code that it gives for a key."""
    verifier, state = new_secret(), new_secret()
    page = address.removesuffix("/api") + LOGIN_PAGE.path
    asked = {"challenge": challenge_of(verifier), "state": state, "name": socket.gethostname()[:100]}
    with Callback(state) as callback:
        opened = not no_browser and webbrowser.open(f"{page}?{urlencode({**asked, 'port': callback.port})}")
        if opened:
            typer.echo(f"Waiting for you to sign in at {page} in the browser.", err=True)
        else:
            # The browser may be on another machine, from which nothing comes back here.
            typer.echo(f"Open this page and sign in:\n\n  {page}?{urlencode(asked)}\n", err=True)
            typer.echo("Then give the code that it shows.", err=True)
        heard = callback.wait(also_typed=Switches.prompts)
    code = heard.code if isinstance(heard, Heard) else ""
    if not is_token(code, CODE):
        raise Fault("That is no code of the page.", Exit.USAGE, hint="Run `segue login` again.")
    return backend.call(CODE_EXCHANGE, Exchange(code=code, verifier=verifier)).key


def _keep(address: str, key: str | None, save_as: str | None) -> str:
    """Write address and key into a profile, which becomes the active one; returns its name."""
    profiles = load_profiles()
    active = config.current().profile
    name = save_as or (active if active != _BUILT_IN else _named_after(address))
    if name not in profiles.names:
        profiles.add_profile(Profile(name))
    profiles.update_profile(name, {"SEGUE_API_URL": address, "SEGUE_API_KEY": key})
    profiles.set_active(name)
    save_profiles(profiles)
    return name


def _named_after(address: str) -> str:
    place = place_of(address)
    return msgspec.structs.asdict(place)["host"] if place.name == place.host else place.name.replace(":", "-")


app = single(login)
