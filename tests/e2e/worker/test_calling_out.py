"""A worker in a network of its own that leads to the server's port and nowhere else: it calls out, and nobody can call it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from segue.backend.open import connect_backend
from segue.model.states import Cancelled, Cancelling, Completed
from segue.wire import operations as op
from segue.wire import queries
from segue.wire.pools import POOL_CREATE, NewWorkPool
from segue.wire.requests import Proposal
from tests.conformance.making import state
from tests.debian import program
from tests.e2e.cli.desk import SEGUE
from tests.e2e.worker.conftest import Yard
from tests.relay import Relay
from tests.serving_process import ServerProcess

#: This end of the cable, and the worker's.
HERE, THERE = "10.213.77.1", "10.213.77.2"
NAME = f"segue-{os.getpid()}"
CABLE = (f"sg{os.getpid()}a", f"sg{os.getpid()}b")


def ip(*words: str) -> str:
    done = subprocess.run(["ip", *words], check=False, capture_output=True, text=True)
    assert done.returncode == 0, f"ip {' '.join(words)}: {done.stderr}"
    return done.stdout


def may_make_networks() -> bool:
    """Whether this machine lets us have a network namespace."""
    if os.geteuid() != 0 or program("ip", "iproute2") is None:
        return False
    if subprocess.run(["ip", "netns", "add", NAME], check=False, capture_output=True).returncode:
        return False
    ip("netns", "delete", NAME)
    return True


@contextmanager
def lonely() -> Iterator[None]:
    """Have a network with a cable to this machine, without a loopback and, as yet, without any way that leads out."""
    ip("netns", "add", NAME)
    try:
        ip("link", "add", CABLE[0], "type", "veth", "peer", "name", CABLE[1], "netns", NAME)
        ip("address", "add", f"{HERE}/30", "dev", CABLE[0])
        ip("link", "set", CABLE[0], "up")
        ip("-n", NAME, "address", "add", f"{THERE}/30", "dev", CABLE[1])
        ip("-n", NAME, "link", "set", CABLE[1], "up")
        for family in ("-4", "-6"):
            ip("-n", NAME, family, "rule", "delete", "pref", "32766")
        yield
    finally:
        ip("netns", "delete", NAME)


def within(*words: str) -> str:
    """Run a command in that network."""
    done = subprocess.run(["ip", "netns", "exec", NAME, *words], check=False, capture_output=True, text=True)
    return done.stdout + done.stderr


def listening() -> list[str]:
    """Return the sockets of that network, of every kind, that somebody could call."""
    found = []
    for kind in ("tcp", "tcp6"):
        lines = within("cat", f"/proc/net/{kind}").splitlines()[1:]
        found += [f"{kind} {line}" for line in lines if line.split()[3] == "0A"]
    for kind in ("udp", "udp6", "raw", "raw6"):
        found += [f"{kind} {line}" for line in within("cat", f"/proc/net/{kind}").splitlines()[1:]]
    lines = within("cat", "/proc/net/unix").splitlines()[1:]
    # The flag of a socket that accepts connections.
    return found + [f"unix {line}" for line in lines if int(line.split()[3], 16) & 0x10000]


def is_found() -> bool:
    """Whether a socket that listens there is found."""
    code = (
        "import socket; a = socket.create_server(('', 0)); b = socket.socket(socket.AF_UNIX); b.bind('\\0segue'); b.listen(); "
        "print('there', flush=True); input()"
    )
    words = ["ip", "netns", "exec", NAME, "python3", "-c", code]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as listener:
        assert listener.stdout is not None
        assert listener.stdout.readline() == "there\n"
        found = [each.partition(" ")[0] for each in listening()]
        listener.communicate("\n")
    return found == ["tcp", "unix"]


def reaches(port: int) -> str:
    code = f"import socket; socket.create_connection(({HERE!r}, {port}), timeout=5); print('reached')"
    return within("python3", "-c", code).splitlines()[-1]


@pytest.fixture
def server(tmp_path: Path, need: Callable[[str, object], None]) -> Iterator[ServerProcess]:
    need("network namespaces", may_make_networks())
    folder = tmp_path / "server"
    folder.mkdir()
    server = ServerProcess(folder / "home", "--allowed-host", HERE)
    yield server
    server.stop()


def keys(yard: Yard, home: Path) -> tuple[str, str]:
    """Make an admin, who a server that is reached by another name needs, and two keys: that of this test, and the worker's."""
    there = {"SEGUE_HOME": str(home), "SEGUE_API_URL": ""}
    made = yard.segue("user", "create", "ann", "--role", "admin", input="a long enough password\n", **there)
    assert made.returncode == 0, made.stderr
    found = []
    # The worker's is for its pool alone.
    for role, more in (("admin", ()), ("operator", ("--pool", "here"))):
        done = yard.segue("key", "create", role, "--role", role, *more, **there)
        assert done.returncode == 0, done.stderr
        found.append(done.stdout.strip())
    return found[0], found[1]


def test_a_worker_needs_no_way_but_that_to_its_server_and_is_deaf_to_everybody(
    yard: Yard, server: ServerProcess
) -> None:
    mine, its = keys(yard, server.home)
    server.start()
    yard._backend = connect_backend(server.url, key=mine, home=str(yard.home))
    yard.backend.call(POOL_CREATE, NewWorkPool(name="here", type="process"))
    with lonely():
        relay, other = Relay([server.port], host=HERE), Relay([server.port], host=HERE)
        for family in ("-4", "-6"):
            ip(
                "-n",
                NAME,
                family,
                "rule",
                "add",
                "pref",
                "100",
                "ipproto",
                "tcp",
                "dport",
                str(relay.port),
                "lookup",
                "main",
            )
        # The way to the server is there, and there is no other, not even to another port of the same machine.
        assert reaches(relay.port) == "reached"
        assert "unreachable" in reaches(other.port)
        assert is_found()
        yard.more = {"SEGUE_API_URL": f"http://{HERE}:{relay.port}/api", "SEGUE_API_KEY": its}
        worker = yard.start("ip", "netns", "exec", NAME, SEGUE, "worker", "start", "--pool", "here")
        mark, go = yard.folder / "mark", yard.folder / "go"
        waiting = yard.ask(yard.until_deployed("waits"), mark=str(mark), go=str(go))
        yard.wait_for(mark.exists, "the run")
        assert listening() == []
        go.touch()
        assert isinstance(yard.until_over(waiting).state, Completed)
        said = yard.ask(yard.deploy("hello"), n=4)
        assert isinstance(yard.until_over(said).state, Completed)
        lines = yard.backend.call(op.LOG_LIST, queries.LogQuery(flow_run_ids=[said])).items
        assert any("hello 4" in each.message for each in lines)
        # It hears of a cancellation although nobody can call it.
        mark.unlink()
        stopped = yard.ask(yard.deploy("stubborn"), mark=str(mark))
        yard.wait_for(mark.exists, "the run")
        yard.backend.call(op.FLOW_RUN_PROPOSE, Proposal(id=stopped, state=state(Cancelling, message="enough")))
        assert isinstance(yard.until_over(stopped).state, Cancelled)
        assert listening() == []
        yard.stop(worker)
        relay.close()
        other.close()
