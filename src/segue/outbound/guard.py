"""The guard of a process that does errands: it connects nowhere but to addresses that are allowed.

The interpreter tells its audit hooks of every connection before it is made, with the very address that it goes to. So it does not
matter which library connects, whether a name led there, a redirection, or a name that leads elsewhere when it is asked a second
time. A hook cannot be taken out again and costs every process that has one; therefore errands are done in a process of their own.
"""

from __future__ import annotations

import ipaddress
import sys
from collections.abc import Sequence
from typing import Any

from segue.host.addresses import PrivateAddress, is_public
from segue.model.errors import BadRequest

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

#: What an errand never needs.
_NEVER = frozenset({"subprocess.Popen", "os.exec", "os.posix_spawn", "os.system", "os.fork", "os.forkpty", "pty.spawn"})
_TOWARDS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})


class Forbidden(RuntimeError):
    """An errand tried to do what no errand needs."""


class Guard:
    """Looks at every address that this process connects to."""

    def __init__(self, allowed: Sequence[str]) -> None:
        self._allowed = networks(allowed)
        #: Whether the errand at hand may go to private addresses that are allowed.
        self.private = True
        #: The last address that was refused: libraries put their own words around what is raised.
        self.refused: str | None = None

    def stand(self) -> None:
        """Begin; there is no end but that of the process."""
        sys.addaudithook(self._look)

    def _look(self, event: str, args: tuple[Any, ...]) -> None:
        if event in _TOWARDS:
            self._judge(args[1])
        elif event in _NEVER:
            raise Forbidden(f"An errand may not do {event}.")

    def _judge(self, place: object) -> None:
        if not isinstance(place, tuple):
            self.refused = str(place)
            raise PrivateAddress(host=str(place), address=str(place))
        host = str(place[0])
        try:
            # A zone such as `%eth0` is only for this machine's links.
            address = ipaddress.ip_address(host.partition("%")[0])
        except ValueError:
            # A name that the system would resolve after this look.
            self.refused = host
            raise PrivateAddress(host=host, address=host) from None
        if is_public(address):
            return
        if not self.private or not any(address in each for each in self._allowed):
            self.refused = host
            raise PrivateAddress(host=host, address=host)


def networks(texts: Sequence[str]) -> list[Network]:
    """Return the networks that texts name: `10.0.0.0/8`, or one address; raises `BadRequest`."""
    found: list[Network] = []
    for text in texts:
        try:
            found.append(ipaddress.ip_network(text.strip(), strict=False))
        except ValueError as problem:
            raise BadRequest(
                f"{text!r} is no network: write addresses such as 10.0.0.0/8, 192.168.4.7 or ::1."
            ) from problem
    return found
