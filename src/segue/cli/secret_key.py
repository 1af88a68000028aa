"""`segue secret-key`."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer

from segue.backend.protocol import Backend
from segue.cli.faults import Exit, Fault
from segue.cli.group import noun
from segue.cli.listing import as_json
from segue.cli.options import Output, OutputOption, ReasonOption, YesOption
from segue.cli.record import because, confirm, opened
from segue.cli.words import plural
from segue.host.secret_keys import new_key
from segue.wire import secret_keys as w
from segue.wire.requests import Nothing

app = noun("The keys that secrets of blocks are encrypted with.")

_SOURCES = {"setting": "in SEGUE_SECRET_KEY", "file": "in the file", None: "MISSING"}


@app.command("new")
def new() -> None:
    """Print a new key, for SEGUE_SECRET_KEY; nothing uses it yet.

    For example:

        segue secret-key new
    """
    typer.echo(new_key())


@app.command("status")
def status(output: OutputOption = Output.TABLE) -> None:
    """Show which keys there are and how many blocks each opens; exits with 1 when one is missing.

    For example:

        segue secret-key status
    """
    ring = opened().call(w.KEYS_READ, Nothing())
    if output is Output.JSON:
        typer.echo(as_json(msgspec.to_builtins(ring)))
    elif not ring.items:
        typer.echo(f"There are no keys yet: the first secret that is saved makes one, in {ring.path}.")
    else:
        typer.echo(f"The file of keys is {ring.path}.")
        for key in ring.items:
            what = ", encrypts what is saved now" if key.writes else ""
            typer.echo(f"  {key.id}  {_SOURCES[key.source]}, opens {plural(key.documents, 'block')}{what}")
    if ring.unreadable:
        raise _missing(ring)


def _missing(ring: w.KeyRing) -> Fault:
    keys = [key for key in ring.items if key.source is None]
    many = sum(key.documents for key in keys)
    names = ", ".join(ring.unreadable[:10]) + (", …" if many > min(len(ring.unreadable), 10) else "")
    return Fault(
        f"The secrets of {plural(many, 'block')} cannot be read, for key {', '.join(key.id for key in keys)} is missing: {names}.",
        hint=f"Bring the key back as SEGUE_SECRET_KEY or on a line of its own in {ring.path}; or give these blocks their secrets "
        "anew with `segue block create … --overwrite`.",
    )


@app.command("rotate")
def rotate(
    keep_old: Annotated[
        bool, typer.Option("--keep-old", help="Leave the old keys in the file, for backups made before.")
    ] = False,
    yes: YesOption = False,
    reason: ReasonOption = None,
) -> None:
    """Put a new key in place of the old: every secret is encrypted anew. Servers go on; interrupted, it goes on when asked again.

    For example:

        segue secret-key rotate --reason "yearly rotation" --yes
    """
    because(reason)
    backend = opened()
    ring = backend.call(w.KEYS_READ, Nothing())
    if not ring.items:
        raise Fault("There are no secrets, and no keys to rotate.", Exit.REFUSED)
    if not any(key.source for key in ring.items):
        raise _missing(ring)
    begun = any(key.documents and key.source and not key.writes for key in ring.items)
    given = any(key.source == "setting" for key in ring.items)
    if given and not begun:
        raise Fault(
            "SEGUE_SECRET_KEY names the key that writes, and nothing was written with another one.", Exit.REFUSED,
            hint="Put a new key in front of it, with a comma between, wherever it is set; restart servers, and ask again. "
            "`segue secret-key new` prints one.",
        )  # fmt: skip
    if not keep_old and not given:
        confirm(
            "Backups made before now hold secrets that only the old key opens. Rotate, and forget the old key?", yes=yes
        )
    if begun:
        typer.echo("An earlier rotation was not finished; it goes on.")
    done, unreadable = _renewed(backend, new_key=not begun)
    typer.echo(f"Encrypted the secrets of {plural(done.renewed, 'block')} with key {done.key}.")
    if unreadable:
        lines = "\n".join(f"  {name}: {why}" for name, why in unreadable.items())
        raise Fault(
            f"The secrets of {plural(len(unreadable), 'block')} could not be read, so no key is forgotten:\n{lines}"
        )
    if done.left:
        raise Fault("Meanwhile secrets were saved with another key; ask again.", Exit.REFUSED)
    if not keep_old:
        _forget(backend, done.key)


def _renewed(backend: Backend, *, new_key: bool) -> tuple[w.Rotated, dict[str, str]]:
    """Encrypt everything anew, a slice at a time; return the last slice with the sum of all, and what could not be read."""
    request, renewed = w.RotateKeys(new_key=new_key), 0
    unreadable: dict[str, str] = {}
    while True:
        done = backend.call(w.KEYS_ROTATE, request)
        renewed += done.renewed
        unreadable |= done.unreadable
        if done.next is None:
            return msgspec.structs.replace(done, renewed=renewed), unreadable
        request = w.RotateKeys(after=done.next)


def _forget(backend: Backend, key: str) -> None:
    gone = backend.call(w.KEYS_FORGET, Nothing()).ids
    if gone:
        typer.echo(f"Forgot {plural(len(gone), 'key')}: {', '.join(gone)}.")
    old = [each.id for each in backend.call(w.KEYS_READ, Nothing()).items if each.id != key]
    if old:
        typer.echo(f"Nothing needs {', '.join(old)} any more: take it out of SEGUE_SECRET_KEY wherever that is set.")
