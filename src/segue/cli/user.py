"""`segue user`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from segue.backend.pages import every_item
from segue.backend.protocol import Backend
from segue.cli.cells import Cell, Column
from segue.cli.faults import Exit, Fault, Switches
from segue.cli.group import noun
from segue.cli.listing import Asked, Kind, present
from segue.cli.options import (
    CountOption,
    FlowOption,
    LimitOption,
    Output,
    OutputOption,
    ReasonOption,
    SinceOption,
    StateOption,
    since,
)
from segue.cli.record import PAGE, because, opened
from segue.cli.words import ago
from segue.engine.session import reading
from segue.host import clock
from segue.host.ids import new_id
from segue.model.accounts import Account
from segue.wire.people import USER_CREATE, USER_EDIT, USER_LIST, NewUser, UserEdit, UserQuery

app = noun("People who may sign in, and what they may do.")


def complete(incomplete: str) -> list[str]:
    """Return the names of accounts for the shell."""
    return [user.name for user in reading().call(USER_LIST, UserQuery(name_like=incomplete or None, limit=100)).items]


Name = Annotated[str, typer.Argument(help="Name of an account.", metavar="NAME", autocompletion=complete)]
RoleOption = Annotated[
    str,
    typer.Option(
        "--role", metavar="ROLE", help="viewer reads; operator runs and changes as well; admin does everything."
    ),
]

USERS: Kind[Account] = Kind(
    columns=(Column("NAME", stretches=True), Column("ROLE"), Column("STATE"), Column("SIGNED IN"), Column("MADE")),
    cells=lambda user: (
        Cell(user.name, "strong"),
        Cell(user.role),
        Cell("disabled" if user.disabled is not None else "enabled", "bad" if user.disabled is not None else "good"),
        Cell("never" if user.last_sign_in is None else ago(user.last_sign_in, clock.now())),
        Cell(ago(user.created, clock.now())),
    ),
    facts=lambda user: {
        "id": user.id,
        "name": user.name,
        "role": user.role,
        "disabled": user.disabled,
        "has_password": user.has_password,
        "last_sign_in": user.last_sign_in,
        "created": user.created,
        "updated": user.updated,
    },
    none_yet="Nobody has an account yet, so nobody here needs one. `segue user create NAME --role admin` makes the first.",
    none_fits="No account fits. `segue user ls` lists all of them.",
)


@app.command("ls")
def ls(
    state: StateOption = None,
    flow: FlowOption = None,
    since_: SinceOption = None,
    limit: LimitOption = 50,
    count: CountOption = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """List accounts, by name. As a state `enabled` or `disabled` can be asked for; a flow they have not.

    For example:

        segue user ls
    """
    backend = opened()
    words = {word.strip().lower() for text in state or () for word in text.split(",")}
    wanted = None if not words or words >= {"enabled", "disabled"} else "disabled" in words
    query = UserQuery(created_after=since(since_), disabled=wanted, limit=PAGE)
    asked = Asked(limit, count, output, narrowed=bool(state or flow or since_))
    nothing = bool(flow) or bool(words and not words & {"enabled", "disabled"})
    present(USERS, () if nothing else _all(backend, query), asked)


def _all(backend: Backend, query: UserQuery) -> Iterator[Account]:
    return every_item(lambda asked: backend.call(USER_LIST, asked), query)


@app.command("create")
def create(
    name: Annotated[str, typer.Argument(help="Name of the new account.", metavar="NAME")],
    role: RoleOption = "viewer",
    no_password: Annotated[
        bool, typer.Option("--no-password", help="The person has keys alone, and cannot sign in with a browser.")
    ] = False,
    reason: ReasonOption = None,
) -> None:
    """Make an account; the first one must be an admin's. The password is asked for, or is the first line of standard input.

    For example:

        segue user create ann --role admin
    """
    backend = opened()
    because(reason)
    password = None if no_password else ask_password()
    made = backend.call(USER_CREATE, NewUser(id=new_id(), name=name, role=role, password=password))
    typer.echo(f"Made account {made.name} ({made.role}).")
    typer.echo(
        f"`segue key create NAME --user {made.name}` makes a key for programs; `segue login URL` gets one by a browser."
    )


@app.command("disable")
def disable(name: Name, reason: ReasonOption = None) -> None:
    """Let neither the password nor any key of a person be taken any more.

    For example:

        segue user disable bob --reason "left the team"
    """
    _change(UserEdit(name=name, disabled=True), reason)
    typer.echo(f"Account {name.lower()} is disabled: its password, its keys and its sign-ins are not taken any more.")


@app.command("enable")
def enable(name: Name, reason: ReasonOption = None) -> None:
    """Let a person in again; keys that were not revoked are taken again as well.

    For example:

        segue user enable bob
    """
    _change(UserEdit(name=name, disabled=False), reason)
    typer.echo(f"Account {name.lower()} is enabled.")


@app.command("set-role")
def set_role(
    name: Name,
    role: Annotated[str, typer.Argument(help="viewer, operator or admin.", metavar="ROLE")],
    reason: ReasonOption = None,
) -> None:
    """Change what a person may do; holds for the keys at once.

    For example:

        segue user set-role bob operator
    """
    found = _change(UserEdit(name=name, role=role), reason)
    typer.echo(f"Account {found.name} is {found.role} now.")


@app.command("set-password")
def set_password(name: Name, reason: ReasonOption = None) -> None:
    """Give a person a new password, which ends every sign-in. It is asked for, or is the first line of standard input.

    For example:

        segue user set-password ann
    """
    opened()
    found = _change(UserEdit(name=name, password=ask_password()), reason)
    typer.echo(f"Account {found.name} has a new password.")


def _change(edit: UserEdit, reason: str | None) -> Account:
    backend = opened()
    because(reason)
    return backend.call(USER_EDIT, edit)


def ask_password() -> str:
    """Return a password: typed twice by a person, or the first line that a program writes; raises `Fault`."""
    typed = typer.get_text_stream("stdin")
    if not typed.isatty():
        line = typed.readline().rstrip("\r\n")
        if not line:
            raise Fault(
                "There is no password. Type it at a terminal, or write it into standard input; others can read a command line.",
                Exit.USAGE,
            )
        return line
    if not Switches.prompts:
        raise Fault(
            "The password would be asked for, which --no-prompt forbids; write it into standard input.", Exit.USAGE
        )
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt="Once more", err=True))
