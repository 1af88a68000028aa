"""The socket a server listens on."""

from __future__ import annotations

import errno
import socket

from segue.model.errors import SegueError
from segue.server.guard import LOOPBACK

#: Connections that may wait to be accepted.
_BACKLOG = 2048


class PortTaken(SegueError):
    """Port {port} of {host} is in use. Choose another with --port, or 0 for any that is free."""

    code = "server.port-taken"
    status = 409


class NoSuchAddress(SegueError):
    """This machine cannot listen on {host} port {port}: {why}."""

    code = "server.no-such-address"
    status = 422


class OpenToAll(SegueError):
    """A server without accounts listens on this machine only (127.0.0.1), not on {host}: anybody there could do everything."""

    code = "server.open-to-all"
    status = 409


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; raises `PortTaken`, `NoSuchAddress` or `OpenToAll`."""
    if host not in LOOPBACK:
        raise OpenToAll(host=host)
    try:
        family, kind, _, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        found = socket.socket(family, kind)
    except OSError as problem:
        raise NoSuchAddress(host=host, port=port, why=problem.strerror or problem) from problem
    try:
        # A port whose last server has just ended is free at once.
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(where)
        found.listen(_BACKLOG)
    except (OSError, OverflowError) as problem:
        found.close()
        if isinstance(problem, OSError) and problem.errno == errno.EADDRINUSE:
            raise PortTaken(host=host, port=port) from problem
        raise NoSuchAddress(host=host, port=port, why=getattr(problem, "strerror", None) or problem) from problem
    found.set_inheritable(True)
    return found
