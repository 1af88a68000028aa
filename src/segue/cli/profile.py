"""`segue profile`."""

from __future__ import annotations

import warnings
from typing import Annotated

import typer

from segue.cli.cells import Cell, Column
from segue.cli.faults import Exit, Fault
from segue.cli.group import noun
from segue.cli.listing import Asked, Kind, as_json, present
from segue.cli.options import (
    CountOption,
    FlowOption,
    LimitOption,
    Output,
    OutputOption,
    SinceOption,
    StateOption,
    YesOption,
    since,
)
from segue.cli.record import confirm
from segue.host import config
from segue.settings import Profile, ProfilesCollection, load_profiles, save_profiles

app = noun("Named sets of settings.")


def complete(incomplete: str) -> list[str]:
    """Return the names of profiles for the shell."""
    return [name for name in load_profiles().names if name.startswith(incomplete)]


Name = Annotated[str, typer.Argument(help="Name of a profile.", metavar="NAME", autocompletion=complete)]

PROFILES: Kind[Profile] = Kind(
    columns=(Column("NAME", stretches=True), Column("ACTIVE"), Column("SETTINGS", right=True)),
    cells=lambda profile: (
        Cell(profile.name, "strong"),
        Cell("active" if _is_active(profile) else "", "good"),
        Cell(str(len(profile.settings))),
    ),
    facts=lambda profile: {
        "id": profile.name, "name": profile.name, "active": _is_active(profile), "settings": len(profile.settings),
    },
    none_yet="There are no profiles yet. `segue profile create NAME` makes one.",
    none_fits="No profile fits. `segue profile ls` lists all of them.",
)  # fmt: skip


def _is_active(profile: Profile) -> bool:
    return profile.name == config.current().profile


@app.command("ls")
def ls(
    state: StateOption = None,
    flow: FlowOption = None,
    since_: SinceOption = None,
    limit: LimitOption = 50,
    count: CountOption = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """List profiles. They have neither state, flow nor age: asking for one finds none.

    For example:

        segue profile ls
    """
    # A profile has neither state nor flow, and nobody recorded when it was made.
    narrowed = bool(state or flow or since(since_))
    found = [] if narrowed else [profile for _, profile in load_profiles().items()]
    present(PROFILES, found, Asked(limit, count, output, narrowed=narrowed))


@app.command("create")
def create(
    name: Annotated[str, typer.Argument(help="Name of the new profile.", metavar="NAME")],
    source: Annotated[
        str | None, typer.Option("--from", metavar="NAME", help="Begin with the settings of this profile.")
    ] = None,
) -> None:
    """Make a profile.

    For example:

        segue profile create staging --from local
    """
    profiles = load_profiles()
    if name in profiles.names:
        raise Fault(f"There is a profile {name!r} already.", Exit.REFUSED)
    settings = {setting.name: value for setting, value in _one(profiles, source).settings.items()} if source else {}
    profiles.add_profile(Profile(name, settings))
    save_profiles(profiles)
    typer.echo(f"Made profile {name}. `segue profile use {name}` makes it the active one.")


@app.command("use")
def use(name: Name) -> None:
    """Make a profile the active one.

    For example:

        segue profile use staging
    """
    profiles = load_profiles()
    _one(profiles, name)
    profiles.set_active(name)
    save_profiles(profiles)
    typer.echo(f"Profile {name} is active.")
    chosen = config.variable("SEGUE_PROFILE")
    if chosen and chosen != name:
        typer.echo(f"Note: SEGUE_PROFILE={chosen} in the environment is stronger.", err=True)


@app.command("inspect")
def inspect(
    name: Annotated[
        str | None,
        typer.Argument(
            help="Name of a profile; the active one when left out.", metavar="NAME", autocompletion=complete
        ),
    ] = None,
    secrets: Annotated[bool, typer.Option("--show-secrets", help="Secrets in clear.")] = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """Show the settings of a profile.

    For example:

        segue profile inspect staging
    """
    profile = _one(load_profiles(), name or config.current().profile)
    shown = {setting.name: value if secrets else setting.masked(value) for setting, value in profile.settings.items()}
    if output is Output.JSON:
        typer.echo(
            as_json({"id": profile.name, "name": profile.name, "active": _is_active(profile), "settings": shown})
        )
        return
    if not shown:
        typer.echo(f"Profile {profile.name} sets nothing.")
    for setting, value in shown.items():
        typer.echo(f"{setting}={value}")


@app.command("rename")
def rename(name: Name, new: Annotated[str, typer.Argument(help="Its new name.", metavar="NEW")]) -> None:
    """Give a profile another name.

    For example:

        segue profile rename staging test
    """
    profiles = load_profiles()
    old = _one(profiles, name)
    if new in profiles.names:
        raise Fault(f"There is a profile {new!r} already.", Exit.REFUSED)
    renamed = Profile(new, {setting.name: value for setting, value in old.settings.items()}, old.source)
    renamed.unknown = old.unknown
    was_active = profiles.active_name == name
    profiles.remove_profile(name)
    profiles.add_profile(renamed)
    if was_active:
        profiles.set_active(new)
    save_profiles(profiles)
    typer.echo(f"Profile {name} is called {new} now.")


@app.command("delete")
def delete(name: Name, yes: YesOption = False) -> None:
    """Delete a profile; the active one is not deleted.

    For example:

        segue profile delete staging --yes
    """
    profiles = load_profiles()
    _one(profiles, name)
    if name in (profiles.active_name, config.current().profile):
        message = f"Profile {name} is active."
        raise Fault(message, Exit.REFUSED, hint="Use another one first: segue profile use NAME")
    confirm(f"Delete profile {name}?", yes=yes)
    profiles.remove_profile(name)
    save_profiles(profiles)
    typer.echo(f"Deleted profile {name}.")


def _one(profiles: ProfilesCollection, name: str) -> Profile:
    if name not in profiles.names:
        raise Fault(f"There is no profile {name!r}.", Exit.NOT_FOUND, hint="`segue profile ls` lists them.")
    return profiles[name]


# What a newer version wrote into a profile is kept, and `config validate` names it: no command needs to warn of it.
warnings.filterwarnings("ignore", message="Setting .* is not recognized")
