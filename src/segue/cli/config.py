"""`segue config`."""

from __future__ import annotations

from typing import Annotated

import typer

from segue.cli.cells import Cell, Column
from segue.cli.faults import Exit, Fault
from segue.cli.group import noun
from segue.cli.listing import as_json
from segue.cli.options import Output, OutputOption
from segue.host import config
from segue.model import settings as model
from segue.model.errors import SegueError
from segue.settings import load_profiles, save_profiles
from segue.settings.reading import all_settings, setting_named

app = noun("Settings: view, set, check.")


def complete(incomplete: str) -> list[str]:
    """Return the names of settings for the shell."""
    return [setting.name for setting in all_settings() if setting.name.startswith(incomplete)]


@app.command("view")
def view(
    defaults: Annotated[bool, typer.Option("--show-defaults/--hide-defaults", help="Also what nobody set.")] = False,
    sources: Annotated[bool, typer.Option("--show-sources/--hide-sources", help="Where each value comes from.")] = True,
    secrets: Annotated[bool, typer.Option("--show-secrets/--hide-secrets", help="Secrets in clear.")] = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """Show the settings in force and where each comes from.

    For example:

        segue config view --show-defaults
    """
    rows = _rows(secrets=secrets, defaults=defaults)
    if output is Output.JSON:
        typer.echo(as_json([{"name": name, "value": value, "source": layer} for name, value, layer in rows]))
        return
    typer.echo(f"Profile {config.current().profile} ({config.current().profiles_path})\n")
    if not rows:
        typer.echo("Everything has its default value; --show-defaults lists all settings.")
        return
    from segue.cli.tables import print_table  # noqa: PLC0415 - a door: programs that read JSON do not pay for rich

    columns = [Column("SETTING"), Column("VALUE", stretches=True), *([Column("FROM")] if sources else [])]
    cells = [
        (Cell(name), Cell(_text(value), "strong"), *([Cell(layer, "faint")] if sources else []))
        for name, value, layer in rows
    ]
    print_table(columns, cells)


def _rows(*, secrets: bool, defaults: bool) -> list[tuple[str, object, str]]:
    explained = config.explain()
    if secrets:
        clear = {model.name_of(path): value for path, value in model.walk(config.current())}
        explained = [config.Explained(each.name, clear[each.name], each.layer) for each in explained]
    return [(each.name, each.value, each.layer) for each in explained if defaults or each.layer != "default"]


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "none" if value is None else str(value)


@app.command("set")
def set_(
    pairs: Annotated[
        list[str], typer.Argument(help="Settings by name or place.", metavar="NAME=VALUE...", autocompletion=complete)
    ],
) -> None:
    """Write settings to the active profile.

    For example:

        segue config set SEGUE_LOGGING_LEVEL=DEBUG retention.logs_days=7
    """
    given: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise Fault(f"{pair!r} is not NAME=VALUE.", Exit.USAGE)
        given[_known(name)] = value
    for name, value in given.items():
        if name in {"SEGUE_HOME", "SEGUE_PROFILES_PATH", "SEGUE_PROFILE"}:
            message = f"{name} says where the profiles are, so a profile cannot set it."
            raise Fault(message, Exit.USAGE, hint="Set it as an environment variable.")
        setting = setting_named(name)
        if setting is not None:
            setting.read(value, "what was typed")
    active = config.current().profile
    profiles = load_profiles()
    profiles.update_profile(active, given)
    save_profiles(profiles)
    for name in given:
        typer.echo(f"Set {name} in profile {active}.")
        _warn_hidden(name)


def _known(name: str) -> str:
    setting = setting_named(name.strip())
    if setting is None:
        near = [each.name for each in all_settings() if name.strip().upper().removeprefix("SEGUE_") in each.name]
        hint = f"Did you mean {', '.join(near[:3])}?" if near else "`segue config view --show-defaults` lists them."
        raise Fault(f"There is no setting {name!r}.", Exit.NOT_FOUND, hint=hint)
    return setting.name


def _warn_hidden(name: str) -> None:
    layer = {each.name: each.layer for each in config.explain()}.get(name, "")
    if layer not in {"", "default"} and not layer.startswith("profile"):
        typer.echo(f"Note: {name} is also given by {layer}, which is stronger than a profile.", err=True)


@app.command("unset")
def unset(
    names: Annotated[
        list[str], typer.Argument(help="Settings by name or place.", metavar="NAME...", autocompletion=complete)
    ],
) -> None:
    """Remove settings from the active profile.

    For example:

        segue config unset SEGUE_LOGGING_LEVEL
    """
    active = config.current().profile
    profiles = load_profiles()
    there = {setting.name for setting in profiles[active].settings} if active in profiles.names else set()
    known = [_known(name) for name in names]
    missing = [name for name in known if name not in there]
    if missing:
        raise Fault(
            f"{missing[0]} is not set in profile {active}.", Exit.NOT_FOUND, hint="`segue config view` shows what is."
        )
    profiles.update_profile(active, dict.fromkeys(known))
    save_profiles(profiles)
    for name in known:
        typer.echo(f"Removed {name} from profile {active}.")


@app.command("validate")
def validate() -> None:
    """Check all settings and all profiles; exits 0 when each can be understood.

    For example:

        segue config validate
    """
    found = problems()
    for problem in found:
        typer.echo(problem, err=True)
    if found:
        raise typer.Exit(Exit.FAILED)
    typer.echo("All settings are valid.")


def problems() -> list[str]:
    """Return what is wrong with settings and profiles, a sentence each."""
    found: list[str] = []
    try:
        found += [f"{name} ({layer}) is no setting of this version." for name, layer in config.loaded().unknown.items()]
    except SegueError as error:
        return [str(error)]
    try:
        profiles = load_profiles()
    except (OSError, ValueError) as error:
        return [*found, f"{config.current().profiles_path} cannot be read: {error}"]
    for name, profile in profiles.items():
        try:
            profile.validate_settings()
        except ValueError as error:
            found.append(f"Profile {name}: {error}")
    return found
