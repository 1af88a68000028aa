"""Where a server that is about to start could be reached, and whether that is safe."""

from __future__ import annotations

import ipaddress

import typer

from segue.backend.open import open_backend
from segue.cli.faults import Exit, Fault
from segue.service.accounts import any_account


def refuse_without_accounts(url: str, home: str, where: str) -> None:
    """Raise `Fault` where others could come in, and nobody has an account."""
    backend = open_backend(url, home)
    try:
        if backend.look(any_account):
            return
    finally:
        backend.close()
    raise Fault(
        f"A server without accounts listens on this machine only (127.0.0.1), not on {where}: anybody there could do everything.",
        Exit.REFUSED,
        hint="Make the first account: segue user create NAME --role admin",
    )


def check_certificate(certificate: str | None, key: str | None) -> None:
    """Raise `Fault` for files that are no certificate with its key."""
    if certificate is None and key is None:
        return
    if certificate is None:
        raise Fault("--ssl-keyfile needs --ssl-certfile as well.", Exit.USAGE)
    import ssl  # noqa: PLC0415 - a door: most servers are spoken to from their own machine

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as problem:
        files = certificate if key is None else f"{certificate} with {key}"
        raise Fault(f"{files} cannot be used as a certificate and its key: {problem}", Exit.USAGE) from None


def warn_in_clear(host: str, certificate: str | None, proxies: list[str]) -> None:
    """Say that passwords can be read on the way, where they can."""
    if certificate is not None or proxies or _stays_here(host):
        return
    typer.echo(
        f"Warning: on {host} passwords and keys travel in clear. Give --ssl-certfile and --ssl-keyfile, or let a proxy speak "
        "TLS and name it with --trusted-proxy.",
        err=True,
    )


def _stays_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
