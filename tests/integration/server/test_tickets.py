"""What goes between the event loop of a server and the thread that writes, and out of its sockets: much at once."""

from __future__ import annotations

import asyncio
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from segue.backend.embedded import EmbeddedBackend
from segue.backend.open import open_backend
from segue.model.errors import StorageProblem
from segue.server.entrance import Entrance
from segue.server.guard import Arrival, Guard
from segue.server.joining import Joining
from segue.server.tickets import HandingOver, LoopTicket
from segue.service import variables
from segue.store.session import Session
from segue.wire.requests import SetVariable
from segue.wire.servers import SERVER_HEALTH


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[EmbeddedBackend]:
    opened = open_backend(f"sqlite:///{tmp_path / 'segue.db'}", tmp_path)
    yield opened
    opened.close()


def asked(name: str) -> LoopTicket[SetVariable, object]:
    return LoopTicket("variables.set", variables.put, SetVariable(name=name, value=1), None)


def test_what_is_asked_in_one_turn_is_one_commit(backend: EmbeddedBackend) -> None:
    async def ask() -> None:
        handing = HandingOver(backend)
        tickets = [asked(f"v{number}") for number in range(20)]
        for ticket in tickets:
            handing.submit(ticket)
        await asyncio.gather(*(ticket.answered() for ticket in tickets))
        later = asked("later")
        handing.submit(later)
        await later.answered()

    before = backend.metrics().batches
    asyncio.run(ask())
    # It counts a commit when it has given the answers.
    backend.flush()
    assert backend.metrics().batches - before == 2


def test_whoever_asks_a_database_that_was_closed_is_told(backend: EmbeddedBackend) -> None:
    backend.close()

    async def ask() -> None:
        handing = HandingOver(backend)
        tickets = [asked("one"), asked("two")]
        for ticket in tickets:
            handing.submit(ticket)
        found = await asyncio.gather(*(ticket.answered() for ticket in tickets), return_exceptions=True)
        assert [type(each) for each in found] == [StorageProblem, StorageProblem]

    asyncio.run(ask())


def test_a_loop_that_follows_another_in_a_thread_gets_its_own_answers(backend: EmbeddedBackend) -> None:
    async def ask(name: str) -> object:
        ticket = asked(name)
        backend.submit(ticket)
        return await asyncio.wait_for(ticket.answered(), 30)

    assert [asyncio.run(ask(name)) is not None for name in ("one", "two")] == [True, True]


def test_whether_there_are_accounts_is_looked_up_once_for_all_who_come_at_the_same_time(
    backend: EmbeddedBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[object] = []
    look = backend.look

    def counted(reading: Callable[[Session], object]) -> object:
        looks.append(reading)
        return look(reading)

    monkeypatch.setattr(backend, "look", counted)

    async def come(readers: ThreadPoolExecutor) -> None:
        guard = Guard(Entrance(person="ada", names=frozenset({"localhost"})), backend, readers)
        assert await asyncio.gather(*(guard.is_open() for _ in range(50))) == [True] * 50
        assert len(looks) == 1
        assert await guard.is_open()
        assert len(looks) == 1
        guard.forget()
        assert await guard.is_open()
        assert len(looks) == 2

    with ThreadPoolExecutor() as readers:
        asyncio.run(come(readers))


def test_nothing_long_is_remembered_of_who_only_says_who_it_is(backend: EmbeddedBackend) -> None:
    """Anybody may say so, and at any length: a server that kept it could be filled."""

    async def come(readers: ThreadPoolExecutor) -> None:
        guard = Guard(Entrance(person="ada"), backend, readers)
        tracemalloc.start()
        for number in range(50):
            reason = f"{number}" + "a" * 1_000_000
            arrival = Arrival(method="GET", headers={"host": "localhost", "segue-reason": reason})
            assert (await guard.admit(arrival, SERVER_HEALTH)).caller.reason == reason
        kept, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert kept < 5_000_000

    with ThreadPoolExecutor() as readers:
        asyncio.run(come(readers))


class Sent(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes] = []
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert not self.closed
        self.pieces.append(bytes(data))

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True


def test_what_is_written_in_one_turn_goes_out_in_one_piece() -> None:
    async def write() -> list[bytes]:
        sent = Sent()
        joining = Joining(sent, asyncio.get_running_loop())
        joining.write(b"whole ")
        joining.write(b"answer")
        joining.flush()
        assert sent.pieces == [b"whole answer"]
        for piece in (b"head ", b"body"):
            joining.write(piece)
        assert len(sent.pieces) == 1
        await asyncio.sleep(0)
        joining.write(b"more")
        joining.write(b", and the end")
        joining.close()
        # Nothing is written to what was closed, be it by the other side.
        joining.write(b"too late")
        await asyncio.sleep(0)
        return sent.pieces

    assert asyncio.run(write()) == [b"whole answer", b"head body", b"more, and the end"]
