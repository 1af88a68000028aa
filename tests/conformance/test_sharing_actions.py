"""Several servers over one database: each does other actions, and hardly an attempt is in vain."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, cast

import pytest

from segue.backend.embedded import EmbeddedBackend
from segue.backend.protocol import Backend
from segue.model.actions import EmitEvent
from segue.server.bell import Bell
from segue.server.loops.performer import Performer
from segue.service import automation_actions as acts
from segue.wire.events import EVENT_LIST, EventQuery
from tests.conformance.firing import fire, queued

pytestmark = pytest.mark.parametrize("url", ["postgresql"], indirect=True)

SERVERS, FIRINGS, EACH = 3, 4, 30


class Counted:
    """A database that counts what one server tries to do."""

    def __init__(self, backend: EmbeddedBackend) -> None:
        self._backend = backend
        self.attempts: Counter[tuple[str, int]] = Counter()

    def do(self, name: str, handler: Callable[..., Any], request: Any) -> Any:
        if isinstance(request, acts.Perform):
            self.attempts[request.firing_id, request.number] += 1
        return self._backend.do(name, handler, request)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._backend, name)


def test_what_one_firing_does_is_claimed_together(beneath: EmbeddedBackend) -> None:
    first, second = (fire(beneath, *[EmitEvent(event="acted", resource={"segue.resource.id": "a"})] * 3) for _ in "12")
    for firing in (first, second):
        claimed = beneath.do("claim", acts.claim, 2)
        assert [(each.firing_id, each.number) for each in claimed] == [(firing.id, number) for number in range(3)]
    assert beneath.do("claim", acts.claim, 2) == []


def test_of_three_servers_each_does_other_actions(beneath: EmbeddedBackend, opener: Callable[[], Backend]) -> None:
    actions = [EmitEvent(event="acted", resource={"segue.resource.id": "{{ firing.id }}"}) for _ in range(EACH)]
    firings = [fire(beneath, *actions) for _ in range(FIRINGS)]
    with ExitStack() as stack:
        servers = []
        for _ in range(SERVERS):
            backend = cast("EmbeddedBackend", opener())
            stack.callback(backend.close)
            servers.append(Counted(backend))
        begin = threading.Barrier(SERVERS)

        def serve(server: Counted) -> None:
            bell = Bell(cast("EmbeddedBackend", server), others=False)
            # Nobody waits by it: a turn in which there is nothing to do is over at once.
            bell.close()
            performer = Performer(cast("EmbeddedBackend", server), bell, ui="")
            begin.wait(30)
            while any(each.status == "pending" for firing in firings for each in queued(beneath, firing)):
                performer.turn()

        threads = [threading.Thread(target=serve, args=(server,), daemon=True) for server in servers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        assert not any(thread.is_alive() for thread in threads)
    done = [each for firing in firings for each in queued(beneath, firing)]
    assert [each.status for each in done] == ["executed"] * FIRINGS * EACH
    told = beneath.call(EVENT_LIST, EventQuery(names=["acted"], limit=1_000)).items
    assert Counter(each.resource["segue.resource.id"] for each in told) == {each.id: EACH for each in firings}
    attempts = sum((server.attempts for server in servers), Counter())
    assert len(attempts) == FIRINGS * EACH
    # A server that is held up for longer than its claim lasts is overtaken.
    assert attempts.total() <= FIRINGS * EACH + 5
    assert sum(bool(server.attempts) for server in servers) > 1
