"""The socket a server listens on."""

from __future__ import annotations

import errno
import socket

from segue.model.errors import SegueError

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


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; raises `PortTaken` or `NoSuchAddress`."""
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
