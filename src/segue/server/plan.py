"""What a server was asked to be: made at the command line, handed to the processes that are it."""

from __future__ import annotations

import sys

import msgspec
from msgspec import Struct

from segue.model.settings import Retention, Server
from segue.server.entrance import LOOPBACK, Entrance

#: The environment variable in which a process finds its plan; not the command line, which every user can list.
VARIABLE = "SEGUE__SERVER"
#: The program that is a server; `-P` keeps the folder it is started in from lending it modules.
COMMAND = (sys.executable, "-P", "-m", "segue.server")


class Plan(Struct, frozen=True, kw_only=True):
    """Everything a server's process needs to know; nothing else is read from the environment."""

    #: Of the program that made it, which is this one.
    version: str
    home: str
    database_url: str
    retention: Retention
    server: Server = Server()
    secret_key: str | None
    host: str
    port: int
    #: The listening socket and, for a SQLite file, the lock that says who serves it; both inherited.
    socket: int
    lock: int | None = None
    workers: int = 1
    #: Names of this server besides those of its address, such as that of a proxy in front of it.
    allowed_hosts: list[str] = []
    #: Addresses of proxies whose word is taken for where a request comes from, and whether it came by TLS.
    proxies: list[str] = []
    #: Files of the certificate, with those it is signed by, and of its key.
    certificate: str | None = None
    certificate_key: str | None = None
    pages: bool = True
    #: Where people find the pages, where that is not the server's own address.
    ui_url: str | None = None
    log_level: str = "WARNING"
    #: Standard error is a file that must not grow for ever.
    log_file: str | None = None
    #: Set for one of several processes: the pipe whose end says that the first process is gone.
    lifeline: int | None = None
    #: Its number among them, and the folder in which they tell each other their figures.
    number: int = 0
    figures: str | None = None
    #: A pipe into which one byte is written when requests are answered.
    ready: int | None = None

    @property
    def exposed(self) -> bool:
        """Whether others than the people of this machine can reach it."""
        return self.host not in LOOPBACK or bool(self.allowed_hosts or self.proxies)

    def entrance(self, person: str) -> Entrance:
        """Return where it can be reached; `person`: who everybody is as long as there are no accounts."""
        names = {*LOOPBACK, self.host.lower(), *(name.lower() for name in self.allowed_hosts)}
        return Entrance(names=frozenset(names), exposed=self.exposed, person=person)

    @property
    def url(self) -> str:
        """Where people and programs find the server."""
        return f"{'https' if self.certificate else 'http'}://{address(self.host, self.port)}"

    @property
    def inherited(self) -> list[int]:
        """Descriptors that the process must inherit."""
        return [each for each in (self.socket, self.lock, self.lifeline, self.ready) if each is not None]

    def written(self) -> str:
        """Return the plan as text."""
        return msgspec.json.encode(self).decode()


def read_plan(text: str) -> Plan:
    """Return the plan that a text says."""
    return msgspec.json.decode(text, type=Plan)


def address(host: str, port: int) -> str:
    """Return host and port as they stand in a URL."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
