"""Where a request goes: names resolved and looked at before anything is sent."""

from __future__ import annotations

import ipaddress
import socket

from segue.model.errors import SegueError


class PrivateAddress(SegueError, ValueError):
    """{host} is at {address}, which is no public address."""

    code = "address.private"
    status = 422


class UnknownHost(SegueError, ValueError):
    """There is no host {host!r}: {why}."""

    code = "address.unknown"
    status = 422


def public_address(host: str, port: int) -> str:
    """Return an address of the host, every one of which is public; raises `PrivateAddress`, `UnknownHost`.

    Whoever connects must connect to this address: a name that is resolved a second time may lead elsewhere.
    """
    try:
        found = [str(place[0]) for *_, place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except OSError as problem:
        raise UnknownHost(host=host, why=problem.strerror or str(problem)) from problem
    for address in found:
        # A zone such as `%eth0` is only for this machine's links.
        if not is_public(ipaddress.ip_address(address.partition("%")[0])):
            raise PrivateAddress(host=host, address=address)
    return found[0]


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Say whether an address is one that everybody can reach, and no other address in disguise."""
    if isinstance(address, ipaddress.IPv6Address):
        # Another address in disguise (RFC 4291, 2.5.5.2; RFC 3056; RFC 6052).
        inner = address.ipv4_mapped or address.sixtofour or _behind_nat64(address)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast


_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def _behind_nat64(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None
